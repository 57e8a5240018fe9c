"""The form staff fill in for somebody who calls, comes in, or is referred to us."""

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.by_staff import WAYS
from intake.choices import ForWhom
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

    # The browser of the desk keeps nobody's number and name; see the form's own attribute too.
    AUTOCOMPLETE = {}
    # The questions in staff's own words, where the person's would sound odd.
    IN_OUR_WORDS = {
        "name": _("Name of the caller"),
        "relationship": _("If it is someone else: who is the caller to them?"),
        "program": _("Program they ask about"),
        "timezone": _("Their time zone"),
        "window": _("When may we call them?"),
        "ask_for": _("Whom do we ask for?"),
        "if_someone_else": _("What do we say if someone else answers?"),
        "voicemail_ok": _("We may leave a voicemail"),
        "text_ok": _("We may text them"),
        "email_ok": _("We may email them"),
        "language": _("Language they like to speak"),
        "interpreter": _("They would like an interpreter (free)"),
        "heard_from": _("How did they hear about us?"),
        "message": _("What they tell us"),
    }

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

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, label in self.IN_OUR_WORDS.items():
            self.fields[name].label = label
        self.fields["for_whom"].choices = [(one.value, one.of_the_caller) for one in ForWhom]

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.PARTS]

    @property
    def contact(self) -> dict:
        data = super().contact
        data.pop("arrival", None)
        return data
