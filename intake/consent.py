"""Which words a permission stands on: the newest wording of a kind, and who gave it."""

from datetime import datetime

from intake.choices import ConsentKind
from intake.models import Consent, ConsentText, Lead


def current_texts(*, language: str, at: datetime) -> dict[str, ConsentText]:
    """Return the wording in force of each kind, in that language or else in English."""
    texts: dict[str, ConsentText] = {}
    rows = ConsentText.objects.filter(language__in={language, "en"}, valid_from__lte=at)
    for text in rows.order_by("valid_from"):
        known = texts.get(text.kind)
        if known is None or text.language == language or known.language != language:
            texts[text.kind] = text
    return texts


def given_on_form(
    lead: Lead, kinds: list[ConsentKind], texts: dict[str, ConsentText], *, at: datetime
) -> list[Consent]:
    """Return unsaved consents for what was ticked, tied to the words that were shown."""
    return [
        Consent(lead=lead, text=texts[kind], given_at=at, given=Consent.Given.FORM)
        for kind in kinds
        if kind in texts
    ]
