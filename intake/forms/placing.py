"""The small forms between “reached” and the end: assessment, admission."""

from django import forms
from django.utils.translation import gettext_lazy as _

from intake import choices
from intake.forms.staff import ActionForm, choose


def moment(**kwargs) -> forms.DateTimeField:
    """Return a day and a time on the center's clock; one that a clock change skips is refused."""
    return forms.DateTimeField(
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Choose a day and a time.")},
        **kwargs,
    )


class AssessmentForm(ActionForm):
    assessment_at = moment(label=_("Day and time, on our clock"))


class CallOffForm(ActionForm):
    reason = choose(choices.CalledOff.choices, empty=_("Choose why…"), label=_("Why it is off"))
