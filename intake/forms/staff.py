"""The small forms on a lead's page, each for one action."""

from django import forms
from django.utils.translation import gettext_lazy as _

from intake import choices
from intake.forms.inputs import TextField


class ActionForm(forms.Form):
    """Carries the version of the lead that the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class AttemptForm(ActionForm):
    # Nothing is chosen beforehand: “Reached” by mistake would end the wait of the person.
    outcome = forms.ChoiceField(
        choices=[("", _("Choose what came of it…")), *choices.Outcome.choices],
        label=_("What came of it"),
    )
    channel = forms.ChoiceField(choices=choices.Channel.choices, label=_("How"))
    next_step_at = forms.DateTimeField(
        label=_("Next step"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: the next time that suits the person and our desk."),
        error_messages={"invalid": _("Choose a day and a time.")},
    )
    note = TextField(label=_("Note"), max_length=4000, multiline=True)


class CloseForm(ActionForm):
    disposition = forms.ChoiceField(
        choices=[("", _("Choose why…")), *choices.Disposition.choices], label=_("Why it ends")
    )
