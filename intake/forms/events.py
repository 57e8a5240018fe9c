"""What somebody wants to be told of by mail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.models import Outbox


class EventsForm(forms.Form):
    events = forms.MultipleChoiceField(
        label=_("Mail me about"),
        choices=Outbox.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
