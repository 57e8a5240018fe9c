"""Template filters for what editors write: Markdown texts and phone numbers."""

from functools import lru_cache

import phonenumbers
from django import template
from django.utils.safestring import mark_safe
from phonenumbers import PhoneNumberFormat, ValidationResult

from programs import markdown as md

register = template.Library()


@register.filter
def markdown(text: str) -> str:
    """Return Markdown as safe HTML."""
    return mark_safe(md.to_html(text or ""))  # noqa: S308  (cleaned by an allow list)


@register.filter
@lru_cache(maxsize=256)
def tel(phone: str, country: str = "US") -> str:
    """Return the address that dials a number: 888-290-0925 becomes tel:+18882900925.

    A number without a country code is read as from `country`: `{{ phone|tel:center.country }}`.
    """
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return ""
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        # 911, 988 and the short codes of text services are dialed as they are.
        return f"tel:{number.national_number}"
    dialed = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"tel:{dialed};ext={number.extension}" if number.extension else f"tel:{dialed}"
