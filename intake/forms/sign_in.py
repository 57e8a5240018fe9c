"""What staff fill in at the door. Pasting is welcome, and nothing secret is shown again."""

from django import forms
from django.contrib.auth.forms import UsernameField
from django.utils.translation import gettext_lazy as _


class SignInForm(forms.Form):
    username = UsernameField(
        label=_("Username"),
        widget=forms.TextInput(
            {"autocomplete": "username", "autofocus": True, "spellcheck": "false"}
        ),
        error_messages={"required": _("Type your username.")},
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": _("Type your password.")},
    )


class UnrepeatedInput(forms.PasswordInput):
    """Readable while it is typed; not in the page that comes back."""

    input_type = "text"


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        widget=UnrepeatedInput(
            {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
        help_text=_(
            "The six digits your authenticator app shows now, or one of your recovery codes."
        ),
        error_messages={"required": _("Type the code.")},
    )


class FirstCodeForm(CodeForm):
    """Proves that the phone has the key."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("The six digits the app shows now.")


class ProofForm(forms.Form):
    """Asks once more who is at the keyboard."""

    proof = forms.CharField(
        label=_("Your password, or a code"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": _("Type your password, or a code.")},
    )
