"""Reads a phone number however a person types it."""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

# The only letters that mean something in a number, in English and Spanish.
EXTENSION_WORDS = {"x", "ext", "extn", "xtn", "extension", "extensión", "int", "anexo"}


class PhoneError(ValueError):
    """The text is not a phone number we could dial; the message says so kindly."""


@dataclass(frozen=True)
class Phone:
    """A dialable number: E.164 like +19165550123, and the extension's digits or ""."""

    e164: str
    extension: str = ""

    @property
    def tel(self) -> str:
        """The number as a link that dials it."""
        return f"tel:{self.e164}" + (f";ext={self.extension}" if self.extension else "")

    def display(self, region: str) -> str:
        """The number as people in that region write it; nothing where it was erased."""
        if not self.e164:
            return ""
        number = phonenumbers.parse(self.e164)
        home = phonenumbers.country_code_for_region(region) == number.country_code
        style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
        text = phonenumbers.format_number(number, style)
        return f"{text} ext. {self.extension}" if self.extension else text


def read(text: str, region: str) -> Phone:
    """Return the number typed, taken as local to `region` when no country is given.

    Only whether the number could exist is checked, never whether it is in service:
    a real person must not be turned away by an outdated numbering plan.
    """
    too_long = _(
        "These are too many digits for one phone number. "
        "Write x before an extension, and a second number into the message."
    )
    unknown_country = _("We don’t know this country code. Please check the digits after the +.")
    try:
        number = phonenumbers.parse(_dialable(text), region)
    except NumberParseException as error:
        if error.error_type == NumberParseException.TOO_LONG:
            raise PhoneError(too_long) from None
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            raise PhoneError(unknown_country) from None
        raise PhoneError(
            _("This doesn’t look like a phone number. Type it with the area code: 916-555-0123.")
        ) from None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise PhoneError(_("Please add the area code, like 916 in 916-555-0123."))
    if reason == ValidationResult.TOO_LONG:
        raise PhoneError(too_long)
    if reason == ValidationResult.INVALID_COUNTRY_CODE:
        raise PhoneError(unknown_country)
    if reason != ValidationResult.IS_POSSIBLE:
        raise PhoneError(
            _("Some digits seem to be missing. Type the number with the area code: 916-555-0123.")
        )
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Phone(e164, number.extension or "")


def _dialable(text: str) -> str:
    """Return the text without its words: letters would be read as the digits on their keys."""
    text = unicodedata.normalize("NFKC", text).strip()
    text = re.sub(
        r"[^\W\d_]+", lambda word: word[0] if word[0].lower() in EXTENSION_WORDS else " ", text
    )
    # Most of the world dials 00 for +; no number here begins so.
    return re.sub(r"^00(?=\s*[1-9])", "+", text)
