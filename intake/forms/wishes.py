"""The small forms of the receipt, one for each thing that people do there themselves."""

from django import forms
from django.utils.translation import gettext_lazy as _

from intake import choices, seats, wishes
from intake.choices import ConsentKind, WishKind
from intake.forms.callback import CallbackForm
from intake.forms.inputs import TextField
from intake.models import Lead


class WishForm(forms.Form):
    """What the page says above the form, and on its button."""

    heading = introduction = button = ""
    # Asked about the person's own request, also where staff merged it and work on another.
    is_own = False
    # Nobody fills it in who has not proved already that the request is theirs.
    is_trapped = False

    def __init__(self, *args, known: Lead, center, clock, texts, **kwargs):
        super().__init__(*args, **kwargs)
        self.known, self.center, self.clock, self.texts = known, center, clock, texts

    @classmethod
    def is_offered(cls, lead: Lead) -> bool:
        """Say whether it makes sense now; `wishes` has the last word."""
        return lead.is_open

    @classmethod
    def initial_of(cls, lead: Lead) -> dict:
        """Return what stands in the form at first."""
        return {}

    @property
    def asked(self) -> list[forms.BoundField]:
        """The questions, in order."""
        return self.visible_fields()


class TimeForm(CallbackForm):
    """Another part of the day, or another appointment."""

    heading = _("Change when we call")
    introduction = _(
        "Choose another part of the day, or an appointment. The time you had is given up."
    )
    button = _("Change the time")
    is_own = False
    ASKED = ("window", "timezone", "appointment")

    def __init__(self, *args, known: Lead, **kwargs):
        super().__init__(*args, **kwargs)
        self.known = known
        for name in [name for name in self.fields if name not in (*self.ASKED, "website")]:
            del self.fields[name]

    @classmethod
    def is_offered(cls, lead: Lead) -> bool:
        return wishes.can_choose_time(lead)

    @classmethod
    def initial_of(cls, lead: Lead) -> dict:
        mine = seats.of(lead)
        return {
            "window": lead.window,
            "timezone": lead.timezone,
            "appointment": cls.code(mine.starts_at) if mine else "",
        }

    @property
    def asked(self) -> list[forms.BoundField]:
        return [self[name] for name in self.ASKED if name != "appointment" or self.has_times]


class NoteForm(WishForm):
    heading = _("Add a note")
    introduction = _("For the person who calls you. They read it before they call.")
    button = _("Send the note")

    note = TextField(
        label=_("What you want us to know"),
        max_length=4000,
        multiline=True,
        required=True,
        error_messages={"required": _("Write something first, or go back to the receipt.")},
    )


class PermissionsForm(WishForm):
    heading = _("Take back a permission")
    introduction = _("It counts from this moment. Nobody asks you why.")
    button = _("Take it back")
    is_own = True

    kinds = forms.MultipleChoiceField(
        label=_("What we may no longer do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick what we may no longer do, or go back to the receipt."),
            "invalid_choice": _("Please choose from the list."),
            "invalid_list": _("Please choose from the list."),
        },
    )
    LABELS = {
        ConsentKind.CALL: _("Call you"),
        ConsentKind.VOICEMAIL: _("Leave a voicemail"),
        ConsentKind.TEXT: _("Text you"),
        ConsentKind.EMAIL: _("Email you"),
        ConsentKind.SHARE: _("Share anything with the insurance company"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A second press finds taken back what it asks for, and is answered like the first.
        asked = self["kinds"].value() or [] if self.is_bound else []
        allowed = wishes.allowed(self.known) if self.known else []
        self.fields["kinds"].choices = [
            (kind.value, label)
            for kind, label in self.LABELS.items()
            if kind in allowed or kind.value in asked
        ]

    @classmethod
    def is_offered(cls, lead: Lead) -> bool:
        return bool(wishes.allowed(lead))


class CancelForm(WishForm):
    heading = _("Cancel this request")
    introduction = _(
        "We do not call you about it, and an appointment is given up. You can always call us, or "
        "send a new request."
    )
    button = _("Cancel the request")


class PrivacyForm(WishForm):
    heading = _("Ask for a copy or an erasure")
    introduction = _(
        "Both are your right, and cost nothing. A person from our staff looks after it and gets "
        "in touch with you, within 30 days at the latest."
    )
    button = _("Ask for it")
    is_own = True

    kind = forms.ChoiceField(
        label=_("What do you ask for?"),
        choices=choices.PrivacyWish.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one of the two, or go back to the receipt."),
            "invalid_choice": _("Please choose one from the list."),
        },
    )

    @classmethod
    def is_offered(cls, lead: Lead) -> bool:
        return True


FORMS = {
    WishKind.TIME: TimeForm,
    WishKind.NOTE: NoteForm,
    WishKind.PERMISSIONS: PermissionsForm,
    WishKind.CANCEL: CancelForm,
    WishKind.PRIVACY: PrivacyForm,
}
