"""The way back to a receipt."""

import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.forms.inputs import TextField


class ReceiptForm(forms.Form):
    """Reference and PIN, as they stand on the receipt."""

    reference = TextField(
        label=_("Reference"),
        max_length=20,
        required=True,
        error_messages={"required": _("Type the reference, like 7K2M-94QX.")},
    )
    pin = TextField(
        label=_("PIN"),
        max_length=20,
        required=True,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Type the six digits of your PIN.")},
    )

    def clean_pin(self) -> str:
        """Return the digits alone, however they were spaced."""
        pin = unicodedata.normalize("NFKC", self.cleaned_data["pin"])
        return "".join(filter(str.isdecimal, pin))
