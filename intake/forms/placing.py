"""The small forms between “reached” and the end: assessment, admission, referral."""

from django import forms
from django.utils.translation import gettext_lazy as _

from intake import choices
from intake.forms.inputs import TextField
from intake.forms.staff import ActionForm, SharingForm, choose, day
from intake.models import ReceivingProvider


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


class ReferForm(ActionForm):
    """To whom, why, and when we ask whether they arrived. No money, ever."""

    provider = forms.ChoiceField(label=_("To whom"))
    reason = choose(choices.ReferralReason.choices, empty=_("Choose why…"), label=_("Why"))
    check_back_on = day(
        label=_("Check back on"), required=False, help_text=_("Empty: we do not ask.")
    )
    note = TextField(label=_("Note"), max_length=2000, multiline=True)
    nothing_of_value = forms.BooleanField(
        label=_("Nothing of value was given or promised for this referral"),
        error_messages={"required": _("Without this, nobody is referred (18 USC 220).")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        active = ReceivingProvider.objects.filter(is_active=True)
        self.providers = {str(provider.pk): provider for provider in active}
        self.fields["provider"].choices = [
            ("", _("Choose to whom…")),
            *((key, _named(provider)) for key, provider in self.providers.items()),
        ]

    def clean_provider(self) -> ReceivingProvider:
        return self.providers[self.cleaned_data["provider"]]


def _named(provider: ReceivingProvider) -> str:
    return ", ".join(filter(None, [provider.name, provider.city, provider.get_kind_display()]))


class ShareWithForm(SharingForm):
    """The patient's signed consent for the provider they are referred to."""

    referral = forms.UUIDField(widget=forms.HiddenInput)


class CheckedBackForm(ActionForm):
    version = None
    referral = forms.UUIDField(widget=forms.HiddenInput)
    came_of_it = choose(
        choices.CheckedBack.choices, empty=_("Choose what…"), label=_("What came of it")
    )
