"""Which words a permission stands on, who gave it, and whether it still counts."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from intake.choices import ConsentKind, ForWhom, Given
from intake.models import Consent, ConsentText, Lead, ReceivingProvider
from programs import generation

# The wording of the form says so: no longer than a year.
SHARING_LASTS = timedelta(days=365)


def publish(*, kind: str, language: str, text: str, at: datetime, by=None) -> ConsentText:
    """Make a wording that is in force from then on. No wording is made anywhere else."""
    return ConsentText.objects.create(
        kind=kind,
        language=language,
        text=text,
        sha256=hash_of(text),
        valid_from=at,
        published_by=by,
    )


def hash_of(text: str) -> str:
    """Return the SHA-256 of the exact words, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def current_texts(*, language: str, at: datetime) -> dict[str, ConsentText]:
    """Return the wording in force of each kind, in that language or else in English."""
    rows = ConsentText.objects.filter(language__in={language, "en"}).order_by("valid_from")
    texts: dict[str, ConsentText] = {}
    for text in generation.kept(("consent texts", language), lambda: list(rows)):
        known = texts.get(text.kind)
        is_better = known is None or text.language == language or known.language != language
        if text.valid_from <= at and is_better:
            texts[text.kind] = text
    return texts


def given_on_form(
    lead: Lead,
    kinds: list[ConsentKind],
    texts: dict[str, ConsentText],
    *,
    at: datetime,
    given: Given = Given.FORM,
    by=None,
) -> list[Consent]:
    """Return unsaved consents for what was ticked, tied to the words that were shown.

    To share is the patient's to allow: the tick counts where the patient filled the form
    in and typed a name, which is the signature.
    """
    is_patient = lead.for_whom == ForWhom.SELF
    is_signed = bool(lead.patient_name or lead.name)
    consents = []
    for kind in kinds:
        if kind not in texts:
            continue
        row = Consent(lead=lead, text=texts[kind], given_at=at, given=given, recorded_by=by)
        row.from_patient = is_patient
        if kind == ConsentKind.SHARE:
            row.from_patient = is_patient and is_signed
            row.expires_on = (at + SHARING_LASTS).date()
        consents.append(row)
    return consents


def sharing(
    consents: Iterable[Consent], *, on: date, provider: ReceivingProvider | None = None
) -> Consent | None:
    """Return the patient's consent to share with the insurer that counts on that day, if any;
    with a `provider`, the one to share with that provider.
    """
    for given in consents:
        is_the_patients = given.text.kind == ConsentKind.SHARE and given.from_patient
        is_for_them = given.provider_id == (provider and provider.pk)
        if is_the_patients and is_for_them and given.is_in_force(on=on):
            return given
    return None
