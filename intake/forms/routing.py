"""Trying the routing rules out on a made-up request."""

from django import forms
from django.utils.translation import gettext_lazy as _

from intake import duty, offers
from intake.choices import Language
from intake.routing import Facts
from programs.models import Location, Program

NEVER_ASKED, NOBODY = "", "nobody"


class TrialForm(forms.Form):
    """A request that nobody sent: what it is about, and when it comes."""

    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, required=False)
    program = forms.ModelChoiceField(
        Program.objects.order_by("order"),
        label=_("Program"),
        required=False,
        empty_label=_("Not sure yet"),
    )
    location = forms.ModelChoiceField(
        Location.objects.order_by("order", "name"),
        label=_("Location"),
        required=False,
        empty_label=_("Not known"),
    )
    before = forms.ChoiceField(label=_("Asked before"), required=False)
    at = forms.DateTimeField(
        label=_("Comes at"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: now."),
        error_messages={"invalid": _("Choose a day and a time.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = duty.who_may().order_by("username")
        self.fields["before"].choices = [
            (NEVER_ASKED, _("No")),
            (NOBODY, _("Yes, nobody had it")),
            *((str(user.pk), offers.name_of(user)) for user in people),
        ]

    @property
    def facts(self) -> Facts:
        data = self.cleaned_data
        before, program, location = data["before"], data["program"], data["location"]
        return Facts(
            language=data["language"] or Language.ENGLISH,
            program=program.pk if program else None,
            location=location.pk if location else None,
            is_returning=before != NEVER_ASKED,
            earlier=int(before) if before not in (NEVER_ASKED, NOBODY) else None,
        )
