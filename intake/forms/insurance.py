"""The form for a verification of benefits: a photo of the card, or its details."""

from django import forms
from django.utils.translation import gettext_lazy as _

from intake import choices
from intake.forms.contact import ContactForm, radios, select, tick
from intake.forms.inputs import BirthDateField, CardField, MemberIdField, PhoneField, TextField
from intake.models import Carrier

OTHER, NO_CARD = "other", "none"
CHOOSE = ("", _("Choose…"))


class InsuranceForm(ContactForm):
    """A phone number, and one of: the front of the card, the carrier's name."""

    card_front = CardField(label=_("Front of the card"))
    card_back = CardField(label=_("Back of the card"))
    carrier = forms.ChoiceField(label=_("Insurance company"), required=False)
    carrier_other = TextField(label=_("Name of the insurance company"), max_length=120)
    member_id = MemberIdField(
        label=_("Member ID"),
        max_length=60,
        help_text=_("As printed on the card. Spaces and dashes don’t matter."),
    )
    group_number = TextField(label=_("Group number"), max_length=60)
    plan_type = select(choices.PlanType.choices, empty=CHOOSE, label=_("Kind of plan"))
    carrier_phone = PhoneField(
        label=_("Phone number on the back of the card"),
        help_text=_("The one for providers or for behavioral health, if there is one."),
    )
    patient_name = TextField(label=_("Name of the person who needs help"), max_length=120)
    birth_date = BirthDateField(label=_("Their date of birth"))
    holder_relationship = radios(
        choices.HolderRelationship.choices,
        label=_("Who holds the insurance?"),
        initial=choices.HolderRelationship.SELF,
    )
    holder_name = TextField(label=_("Name of the person who holds it"), max_length=120)
    holder_birth_date = BirthDateField(label=_("The holder’s date of birth"))
    share_ok = tick(_("You may share what is needed with the insurance company"))

    # What is typed where there is no photo.
    CARD = (
        "carrier", "carrier_other", "member_id", "group_number", "plan_type", "carrier_phone",
    )  # fmt: skip
    # As on the page, so that the summary of errors leads down it.
    field_order = (
        "card_front", "card_back", *CARD, "patient_name", "birth_date", "holder_relationship",
        "holder_name", "holder_birth_date", "share_ok",
    )  # fmt: skip
    CONSENTS = ContactForm.CONSENTS | {"share_ok": "share"}
    AUTOCOMPLETE = ContactForm.AUTOCOMPLETE | dict.fromkeys(
        ("patient_name", "birth_date", "holder_name", "holder_birth_date", *CARD), "off"
    )

    def __init__(self, *args, kept_cards=frozenset(), takes_photos=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.kept_cards = kept_cards
        if not takes_photos:
            for side in choices.CardSide.values:
                self.fields[f"card_{side}"].refusal = self._no_more_photos
        self.carriers = {
            str(carrier.pk): carrier for carrier in Carrier.objects.filter(is_listed=True)
        }
        self.fields["carrier"].choices = [
            CHOOSE,
            *((key, carrier.name) for key, carrier in self.carriers.items()),
            (OTHER, _("Another company (type its name)")),
            (NO_CARD, _("I don’t have the card here")),
        ]

    def clean(self):
        data = super().clean()
        has_photo = data.get("card_front") or choices.CardSide.FRONT in self.kept_cards
        failed = {"card_front", "carrier"} & self.errors.keys()
        if not has_photo and not data.get("carrier") and not failed:
            self.add_error(
                "card_front",
                _("Please add a photo of the front of the card, or choose the company below."),
            )
        if data.get("carrier") == OTHER and not data.get("carrier_other") and not has_photo:
            self.add_error("carrier_other", _("Please type the name of the insurance company."))
        if data.get("holder_relationship") == choices.HolderRelationship.SELF:
            # What was typed before the answer changed does not belong to anybody.
            data["holder_name"], data["holder_birth_date"] = "", None
        return data

    @property
    def _no_more_photos(self) -> str:
        return _(
            "So many photos came from your internet connection in the last hour that we can take "
            "no more from it right now. Your request goes through without one: leave the photo "
            "out and choose the company below, or “I don’t have the card here”. You can add the "
            "photo from your receipt later, or call us at %(phone)s."
        ) % {"phone": self.center.phone}

    @property
    def open_card(self) -> bool:
        """Whether the typed details hold something the person should see, or are asked for."""
        return self._has_any(self.CARD) or "card_front" in self.errors

    @property
    def request(self) -> dict:
        """The cleaned answers under the names of the stored fields, without the photos."""
        data = self.contact
        phone = data.pop("carrier_phone")
        data["carrier_phone"] = phone.display(self.center.country) if phone else ""
        data["carrier"] = self.carriers.get(data["carrier"])
        for side in ("card_front", "card_back"):
            data.pop(side)
        return data

    @property
    def photos(self) -> dict:
        """The good photos among what was sent, by side, whether or not the rest is right."""
        sides = {side: self.cleaned_data.get(f"card_{side}") for side in choices.CardSide.values}
        return {side: pages for side, pages in sides.items() if pages}


class AddInsuranceForm(InsuranceForm):
    """The same for somebody we know already: how to reach them is not asked again."""

    KNOWN = (
        "phone", "name", "email", "for_whom", "relationship", "adult", "program", "window",
        "timezone", "voicemail_ok", "text_ok", "email_ok", "ask_for", "if_someone_else",
        "language", "interpreter", "heard_from",
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.KNOWN:
            del self.fields[name]

    @property
    def contact(self) -> dict:
        """The cleaned answers; a name left empty this time does not undo the one we know."""
        data = dict(self.cleaned_data)
        if not data["patient_name"]:
            del data["patient_name"]
        return data
