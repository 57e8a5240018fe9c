"""How staff find a person whose data is encrypted: keyed digests of search values.

A dump shows which rows share a digest, never the value. Search looks under every key
in the ring, so that it finds both generations while keys are being rotated.
"""

import re
import unicodedata
import uuid

from django.db.models import QuerySet

from intake import crypto, phones
from intake.models import Lead, SearchToken
from intake.phones import PhoneError

Kind = SearchToken.Kind
# Crockford's alphabet: no I, L, O, U, so that a reference survives the telephone.
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE = re.compile(f"([{REFERENCE_ALPHABET}]{{4}})([{REFERENCE_ALPHABET}]{{4}})")
HEARD_AS = str.maketrans("ILO", "110")
MIN_LETTERS, MAX_LETTERS = 3, 8
# Words of a search that are looked at: a name has fewer, a pasted page has thousands.
MAX_WORDS = 6
# Leads that a search finds at most.
MOST = 1000
# Earlier leads of a caller that are looked through for somebody who knows them.
RECENT = 10
# Letters that do not fall apart into a plain one and an accent; apostrophes of all keyboards.
SPELLED = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "ı": "i"} | dict.fromkeys("'’‘ʼ`´"))


def words(name: str) -> list[str]:
    """Return the words of a name in one spelling: no case, accents or punctuation."""
    bare = unicodedata.normalize("NFKD", name.casefold().translate(SPELLED))
    return re.findall(r"\w+", "".join(char for char in bare if not unicodedata.combining(char)))


def _values(lead: Lead, *, more_names: list[str]) -> set[tuple[int, str]]:
    found = set()
    if lead.phone:
        found |= {(Kind.PHONE, lead.phone), (Kind.LAST_FOUR, lead.phone[-4:])}
    if lead.email:
        found.add((Kind.EMAIL, lead.email.casefold()))
    for name in (lead.name, lead.patient_name, *more_names):
        for word in words(name):
            lengths = range(MIN_LETTERS, min(len(word), MAX_LETTERS) + 1)
            found |= {(Kind.NAME, word[:length]) for length in lengths}
    return found


def tokens(lead: Lead, *, more_names: list[str] = ()) -> list[SearchToken]:
    """Return unsaved tokens, under the primary key, for all a lead can be found by."""
    kid = crypto.primary_key_id()
    return [
        SearchToken(
            lead_id=lead.pk,
            kind=kind,
            digest=_digest(kind, value),
            key_id=kid,
            received_at=lead.received_at,
        )
        for kind, value in sorted(_values(lead, more_names=more_names))
    ]


def holder_names(lead: Lead) -> list[str]:
    """Return the insurance holders' names, by which a lead is found too."""
    return [verification.holder_name for verification in lead.verifications.all()]


def refresh(lead: Lead) -> None:
    """Write a lead's tokens anew, after its data or the primary key changed."""
    lead.search_tokens.all().delete()
    SearchToken.objects.bulk_create(tokens(lead, more_names=holder_names(lead)))


def _digest(kind: int, value: str) -> str:
    return crypto.digest(f"search:{int(kind)}", value)


def terms(text: str, region: str) -> list[tuple[int, list[str]]]:
    """Return (kind, digests) for each thing the text may mean; nothing readable is left.

    A name of several words becomes one term a word; all of them must match.
    """
    text = text.strip()
    if "@" in text:
        return [_term(Kind.EMAIL, text.casefold())]
    digits = re.sub(r"\D", "", text)
    # Seven digits are a number without its area code.
    if len(digits) in (4, 7) and not re.search(r"[^\W\d]", text):
        return [_term(Kind.LAST_FOUR, digits[-4:])]
    if len(digits) >= 7:
        try:
            return [_term(Kind.PHONE, phones.read(text, region).e164)]
        except PhoneError:
            return []
    names = [word for word in words(text) if len(word) >= MIN_LETTERS and not word.isdigit()]
    return [_term(Kind.NAME, name[:MAX_LETTERS]) for name in names[:MAX_WORDS]]


def _term(kind: int, value: str) -> tuple[int, list[str]]:
    return int(kind), crypto.digests(f"search:{int(kind)}", value)


def reference_in(text: str) -> str | None:
    """Return the reference a person typed or read out, in its one spelling."""
    heard = re.sub(r"[\W_]", "", text).upper().translate(HEARD_AS)
    match = REFERENCE.fullmatch(heard)
    return f"{match[1]}-{match[2]}" if match else None


def matching(leads: QuerySet, found: list[tuple[int, list[str]]]) -> QuerySet:
    """Keep the leads that have every term; without terms, none.

    Of a name that very many have, the newest MOST leads: nobody reads further.
    """
    if not found:
        return leads.none()
    newest = _having(found).order_by("-received_at")
    return leads.filter(pk__in=newest.values("lead")[:MOST])


def is_cut(found: list[tuple[int, list[str]]]) -> bool:
    """Say whether more leads have all of these than `matching` looks at."""
    return bool(found) and _having(found).order_by()[: MOST + 1].count() > MOST


def _having(found: list[tuple[int, list[str]]]) -> QuerySet:
    """Return the tokens of the first term, of leads that have all others too."""
    tokens, *others = (
        SearchToken.objects.filter(kind=kind, digest__in=digests) for kind, digests in found
    )
    for other in others:
        tokens = tokens.filter(lead__in=other.values("lead"))
    return tokens


def possibly_same(lead: Lead) -> uuid.UUID | None:
    """Return the newest other lead with the same phone or email; staff decide."""
    return earlier(lead)[0]


def earlier(lead: Lead) -> tuple[uuid.UUID | None, int | None]:
    """Return the newest other lead of the same phone or email, and who had one of them last."""
    newest = same_contact(lead).order_by("-lead__received_at")
    leads = list(newest.values_list("lead_id", "lead__owner_id")[:RECENT])
    owners = [owner for _lead, owner in leads if owner]
    return (leads[0][0] if leads else None), (owners[0] if owners else None)


def same_contact(lead: Lead) -> QuerySet:
    """Return the keys of the other leads with the same phone or email."""
    kinds = [(Kind.PHONE, lead.phone)] if lead.phone else []
    if lead.email:
        kinds.append((Kind.EMAIL, lead.email.casefold()))
    digests = [digest for kind, value in kinds for digest in _term(kind, value)[1]]
    tokens = SearchToken.objects.filter(digest__in=digests, kind__in=[Kind.PHONE, Kind.EMAIL])
    return tokens.exclude(lead=lead).order_by().values("lead_id")
