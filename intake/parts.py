"""Whose data is what: the one table by which a lead is copied and forgotten.

The caller and the patient are often two people, and each may ask for their own. What is
in no row of the table belongs to nobody: it goes with whoever is forgotten first, and is
in no copy. So a new field is forgotten by default, and a test asks whose it is.
"""

from collections.abc import Iterator

from intake.choices import ConsentKind, ForWhom, Part
from intake.models import Lead


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# --- The lead's own fields ---

# What a tombstone keeps: that somebody asked, when, and how it ended.
TOMBSTONE = _names(
    "id reference arrival received_at promised_from promised_by due_at first_attempt_at "
    "reached_at closed_at status disposition priority suspicion promise_kept "
    "promise_broken_because escalated_at active_at legal_hold erased_at version audit_seq "
    "audit_head"
)
# What stays as long as anything does: pages of the lead reckon with it.
WORKING = _names(
    "window timezone location owner routed_to offered_until lease_until calling_since merged_into"
)
LEAD = {
    Part.CALLER: _names(
        "name phone_typed phone phone_extension email language needs_interpreter for_whom "
        "relationship heard_from window timezone call_ok voicemail_ok text_ok email_ok ask_for "
        "if_someone_else"
    ),
    Part.PATIENT: _names("patient_name may_know is_adult program assessment_at"),
}
# The caller's too, but of no use to anybody: keys to the receipt, a guess from the phone.
KEYS = _names("form_nonce pin_digest possibly_same")

# --- The rows around it, by the name the lead has for them ---

ROWS = {
    Part.CALLER: {
        "callbacks": _names("received_at phone_typed window timezone message"),
        "attempts": _names("at channel outcome hours_reason"),
        "appointments": _names("starts_at ends_at"),
        "wishes": _names("received_at what text"),
        "privacy_requests": _names("what asked_at due_on done_at"),
        "hand_overs": _names("at"),
    },
    Part.PATIENT: {
        "verifications": _names(
            "received_at birth_date carrier carrier_other carrier_phone member_id group_number "
            "plan_type holder_relationship holder_name holder_birth_date check_status"
        ),
        "referrals": _names("provider reason referred_at check_back_on came_of_it"),
    },
}
# Below an insurance form: what the insurance company said, for each network, for each level.
BENEFITS = _names(
    "asked_on asked_how representative call_reference manager renews_on notes expires_on "
    "recorded_at sent_back_note approved_at explained_at explained_to"
)
NETWORK = _names(
    "network deductible deductible_met family_deductible family_deductible_met limit limit_met "
    "family_limit family_limit_met"
)
LEVEL = _names(
    "level covered prior_authorization deductible_applies copay copay_per coinsurance day_limit "
    "days_used allowed_low allowed_high charge"
)
# They speak of both. Messages are the caller's own words, so they are in the caller's copy;
# staff's notes are in a copy only where caller and patient are one. Either erasure takes both.
WORDS = {
    "callbacks": "message",
    "verifications": "message",
    "attempts": "note",
    "wishes": "text",
    "privacy_requests": "answer",
    "referrals": "note",
    "hand_overs": "note",
}
# Who looked, what was changed, which promises were kept: never erased, and in no copy. It holds
# no values.
TRAIL = _names("audit_events audit_cut promises")
# What staff had typed and not sent: in no copy, and gone with either part.
UNSENT = _names("drafts")
# Rows that go on for the one when the other is forgotten, without their words.
STAYING = {
    Part.CALLER: _names("verifications referrals consents withdrawals"),
    Part.PATIENT: _names(
        "attempts appointments hand_overs privacy_requests consents withdrawals notifications lead"
    ),
    Part.BOTH: (),
}
# Permissions that the patient alone can give; the others are the caller's.
PATIENTS_CONSENTS = [ConsentKind.SHARE]
# What a consent says beside its wording, and what was signed for it (42 CFR 2.31).
CONSENT = _names("given_at given expires_on")
TERMS = _names("patient_name recipient what purpose signed_on")


def are_apart(lead: Lead) -> bool:
    """Say whether the lead holds data of a patient who is not the caller."""
    if not lead.phone or lead.for_whom == ForWhom.SELF:
        return False
    is_about_another = bool(lead.for_whom) and lead.verifications.exists()
    return bool(lead.patient_name) or is_about_another


def reach(lead: Lead, part: Part) -> Part:
    """Return what an erasure of that part takes: all, where it is one person's or the last."""
    return part if part == Part.CARDS or are_apart(lead) else Part.BOTH


def staying_fields(part: Part) -> frozenset[str]:
    """Return the names of the lead's fields that are left when that part is forgotten."""
    if part == Part.BOTH:
        return frozenset(TOMBSTONE)
    other = Part.PATIENT if part == Part.CALLER else Part.CALLER
    of_the_other = {*LEAD[other], *(KEYS if other == Part.CALLER else ())}
    return frozenset({*TOMBSTONE, *WORKING, *of_the_other})


def relations() -> Iterator[tuple[str, object]]:
    """Yield the name and the relation of everything that points to a lead, hidden or not."""
    for relation in Lead._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and not relation.many_to_many:
            model_name = relation.related_model._meta.model_name
            yield (model_name if relation.hidden else relation.get_accessor_name()), relation
