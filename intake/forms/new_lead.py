"""The form staff fill in for somebody who calls, comes in, or is referred to us."""

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.by_staff import WAYS
from intake.forms.contact import ContactForm
from intake.forms.inputs import TextField


class NewLeadForm(ContactForm):
    """The questions of the public form, asked aloud; and how the person came to us."""

    arrival = forms.ChoiceField(
        choices=[(way.value, way.label) for way in WAYS],
        widget=forms.RadioSelect,
        label=_("How they came to us"),
        error_messages={"required": _("Choose how they came to us.")},
    )
    patient_name = TextField(
        label=_("Name of the person who needs help, if it is someone else"), max_length=120
    )

    # In the order of a talk.
    PARTS = (
        (_("Who"), ("arrival", "phone", "name", "for_whom", "relationship", "patient_name",
                    "adult")),
        (_("What it is about"), ("program", "message")),
        (_("Calling back safely"), ("window", "timezone", "ask_for", "if_someone_else",
                                    "language", "interpreter")),
        (_("What they allow: read them the words first"), ("voicemail_ok", "text_ok", "email",
                                                           "email_ok", "heard_from")),
    )  # fmt: skip

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.PARTS]

    @property
    def contact(self) -> dict:
        data = super().contact
        data.pop("arrival", None)
        return data
