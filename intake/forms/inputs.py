"""Form fields that take what people really type, and say kindly what is wrong."""

import re
import unicodedata
from calendar import month_name
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from intake import cards, phones

# Control characters, and those that turn the direction of whatever text follows.
UNSEEN = ("Cc", "Cs")
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

OLDEST_BIRTH = date(1900, 1, 1)
# Whatever stands between the parts counts as a space. The first that fits is taken.
DATE_FORMATS = [
    "%m %d %Y", "%Y %m %d", "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%d %m %Y",
    "%m %d %y",
]  # fmt: skip


class TextField(forms.CharField):
    """Text of any script. Invisible control characters are dropped, never refused.

    There is no maxlength attribute: browsers cut pasted text off without a word.
    """

    def __init__(self, *, max_length, multiline=False, **kwargs):
        kwargs.setdefault("required", False)
        if multiline:
            kwargs["widget"] = forms.Textarea({"rows": 5})
        super().__init__(**kwargs)
        self.longest = max_length
        self.multiline = multiline

    def to_python(self, value):
        text = super().to_python(value)
        if self.multiline:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        else:
            text = " ".join(text.split())
        return "".join(
            char
            for char in text
            if char in "\n\t" or (unicodedata.category(char) not in UNSEEN and char not in TURNS)
        ).strip()

    def validate(self, value):
        super().validate(value)
        if len(value) > self.longest:
            raise ValidationError(
                _("Please shorten this to %(limit)s characters. It has %(length)s now."),
                params={"limit": self.longest, "length": len(value)},
            )


class EmailField(TextField):
    """An email address."""

    widget = forms.EmailInput
    default_validators = [validate_email]


class PhoneField(TextField):
    """A phone number in any notation; cleans to a `phones.Phone`, or None when empty."""

    def __init__(self, *, region="US", **kwargs):
        kwargs.setdefault("widget", forms.TextInput({"type": "tel"}))
        super().__init__(max_length=60, **kwargs)
        self.region = region

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            return phones.read(text, self.region)
        except phones.PhoneError as error:
            raise ValidationError(str(error)) from None


class BirthDateField(forms.DateField):
    """A date of birth in any usual notation; where two days could be meant, the American one."""

    def __init__(self, **kwargs):
        super().__init__(
            required=False,
            input_formats=DATE_FORMATS,
            widget=forms.DateInput({"inputmode": "numeric"}, format="%m/%d/%Y"),
            help_text=_("Month, day and year, like 04/23/1985."),
            error_messages={
                "invalid": _("We can’t read this date. Write month, day, year: 04/23/1985.")
            },
            **kwargs,
        )

    def to_python(self, value):
        text = unicodedata.normalize("NFKC", value or "")
        text = re.sub(r"(?i)(?<=\d)(st|nd|rd|th)\b|(?<=\bsep)t\b", "", text)
        text = re.sub(r"^\s*(\d\d)(\d\d)(\d{4})\s*$", r"\1 \2 \3", text)
        parts = [_english_month(part) for part in re.findall(r"\w+", text) if part != "de"]
        day = super().to_python(" ".join(parts))
        if day and day > date.today() and str(day.year) not in text:
            # Two digits of a year: of the last one that has already been.
            day = day.replace(year=day.year - 100)
        return day

    def validate(self, value):
        super().validate(value)
        if value and value > date.today():
            raise ValidationError(_("This date is in the future. Please check the year."))
        if value and value < OLDEST_BIRTH:
            raise ValidationError(_("Please check the year: this is before 1900."))


def _english_month(part: str) -> str:
    """Return the English name of a month in the language of the page: abril is April."""
    for number, name in MONTHS.items():
        if part.casefold() == str(name).casefold():
            return month_name[number]
    return part


class MemberIdField(TextField):
    """An ID as printed on a card; spaces, dashes and slashes are taken out."""

    def to_python(self, value):
        return re.sub(r"[\s/–—-]", "", super().to_python(value)).upper()


class TrapField(forms.Field):
    """A field that people do not see and machines fill in. Whatever it holds is right.

    Its name is one that machines like and that no browser fills in by itself.
    """

    def __init__(self):
        super().__init__(
            required=False,
            label=_("Please leave this empty: it is here to catch machines."),
            widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}),
        )


class CardField(forms.Field):
    """A photo or scan of an insurance card; cleans to its re-encoded pages.

    With a `refusal` it takes none, and says that instead.
    """

    widget = forms.FileInput
    refusal = ""

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)
        self.widget.attrs["accept"] = "image/jpeg,image/png,image/webp,image/heic,application/pdf"

    def clean(self, value):
        if not value and getattr(value, "name", None) is None:
            return None
        if self.refusal:
            raise ValidationError(self.refusal)
        try:
            return cards.read_card(value)
        except cards.CardError as error:
            raise ValidationError(str(error)) from None
