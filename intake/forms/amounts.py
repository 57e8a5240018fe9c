"""Form fields for dollars, percent and days, as an insurance company says them on the phone."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from intake import amounts
from intake.forms.inputs import TextField


class AmountField(TextField):
    """A number; cleans to a Decimal, or to None when nothing is known."""

    largest, places = Decimal(10_000_000), 2

    def __init__(self, **kwargs):
        usual = {"inputmode": "decimal", "autocomplete": "off", "size": 9}
        super().__init__(max_length=30, widget=forms.TextInput(usual), **kwargs)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            return amounts.read(text, largest=self.largest, places=self.places)
        except amounts.AmountError as error:
            raise ValidationError(str(error)) from None

    def prepare_value(self, value):
        return amounts.plain(value) if isinstance(value, Decimal) else value


class MoneyField(AmountField):
    """Dollars."""


class PercentField(AmountField):
    largest = Decimal(100)


class DaysField(AmountField):
    largest, places = Decimal(1_000), 0
