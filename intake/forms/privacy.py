"""What staff fill in when a person asks for a copy or to be forgotten, and for legal holds."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from intake import choices
from intake.choices import Part
from intake.forms.inputs import TextField


def _choose(label, kinds, first) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", first), *kinds])


class _RequestForm(forms.Form):
    """Who asks, and how staff made sure of it."""

    part = forms.ChoiceField(label=_("What about"))
    checked = _choose(
        _("How you made sure who asks"), choices.IdentityCheck.choices, _("Choose how…")
    )

    def __init__(self, *args, are_apart: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if are_apart:
            named = [(part.value, capfirst(part.label)) for part in self.of_two]
            self.fields["part"].choices = [("", _("Choose whose…")), *named]
        else:
            # One person, one choice.
            del self.fields["part"]

    @property
    def whose(self) -> Part:
        return Part(self.cleaned_data.get("part", Part.BOTH))


class CopyForm(_RequestForm):
    of_two = (Part.CALLER, Part.PATIENT)


class EraseForm(_RequestForm):
    of_two = (Part.CALLER, Part.PATIENT, Part.BOTH)

    is_sure = forms.BooleanField(
        label=_("Erase it for good. I know that nobody can bring it back."),
        error_messages={"required": _("Tick this if it is to be erased.")},
    )


class AnsweredForm(forms.Form):
    """How a request was answered, for whoever asks later."""

    request = forms.UUIDField(widget=forms.HiddenInput)
    note = TextField(
        label=_("How it was answered"),
        max_length=1000,
        required=True,
        multiline=True,
        error_messages={"required": _("Write down how it was answered.")},
    )


class HoldForm(forms.Form):
    reason = _choose(_("Why nothing may be erased"), choices.HoldReason.choices, _("Choose why…"))


class LiftForm(forms.Form):
    reason = _choose(_("Why the hold is lifted"), choices.HoldEnd.choices, _("Choose why…"))
