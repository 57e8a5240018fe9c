"""Dollars, percent and counts: read from what people write, and written for people."""

import re
import unicodedata
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.utils.translation import gettext as _

CENT = Decimal("0.01")
PLAIN = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(?:\.[0-9]*)?")


class AmountError(ValueError):
    """What was written is no such amount; the message says kindly why."""


def read(text: str, *, largest: Decimal, places: int = 2) -> Decimal:
    """Return the number in a text like `$1,500.00` or `20 %`."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"[\s$%]", "", text).replace("\N{MINUS SIGN}", "-")
    if text.startswith("-"):
        raise AmountError(_("This can’t be less than zero."))
    if not PLAIN.fullmatch(text) or not re.search(r"[0-9]", text):
        raise AmountError(_("Write a number, like 1500 or 1,500.00."))
    number = Decimal(text.replace(",", ""))
    if number > largest:
        raise AmountError(_("This can’t be more than %(most)s.") % {"most": f"{largest:,f}"})
    if number != round(number, places):
        raise AmountError(
            _("Two digits after the point are enough.") if places else _("Write a whole number.")
        )
    return number


def plain(number: Decimal) -> str:
    """Return the number as one would type it: `1500`, `12.5`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal) -> str:
    """Return dollars like `$1,500.00`."""
    return f"${amount.quantize(CENT):,f}"


def whole_dollars(amount: Decimal, *, up: bool = False) -> str:
    """Return dollars without cents, for a range: the lower end down, the upper one up."""
    return f"${amount.quantize(Decimal(1), ROUND_CEILING if up else ROUND_FLOOR):,f}"


def percent(number: Decimal) -> str:
    return f"{plain(number)}%"
