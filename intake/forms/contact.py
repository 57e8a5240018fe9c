"""How to reach a person safely: the part that both public forms share."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.template.defaultfilters import linebreaksbr
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from intake import choices, spoken, windows
from intake.forms.inputs import EmailField, PhoneField, TextField, TrapField
from intake.promises import Clock, Promise
from programs import generation, languages
from programs.models import Center, Program

NO_ANSWER = ("", _("Rather not say"))


def programs_on_offer(*, at: datetime) -> list[Program]:
    """Return the programs that visitors may see at that time, from most to least intensive."""
    return [program for program in _programs() if program.is_visible(at)]


def _programs() -> list[Program]:
    return generation.kept("programs", lambda: list(Program.objects.all()))


class ProgramField(forms.ChoiceField):
    """One of the programs on offer, by its slug, or none."""

    def offer(self, programs: Iterable[Program]) -> None:
        self.programs = {program.slug: program for program in programs}
        names = [(slug, program.name) for slug, program in self.programs.items()]
        self.choices = [("", _("Not sure yet")), *names]

    def clean(self, value) -> Program | None:
        """Return the program, or none; one that was taken off the site meanwhile is none.

        Whoever chose that one is called all the same: nobody has to press twice for it.
        """
        if value not in self.programs and any(program.slug == value for program in _programs()):
            return None
        return self.programs.get(super().clean(value))


def select(options, *, empty=NO_ANSWER, **kwargs) -> forms.ChoiceField:
    """Return an optional drop-down."""
    return forms.ChoiceField(choices=[empty, *options], required=False, **kwargs)


def radios(options, **kwargs) -> forms.ChoiceField:
    """Return an optional list of which one can be picked."""
    return forms.ChoiceField(choices=options, required=False, widget=forms.RadioSelect, **kwargs)


def tick(label, **kwargs) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, **kwargs)


class ContactForm(forms.Form):
    """Only the phone number is required; everything else makes the call safer."""

    phone = PhoneField(
        label=_("Phone number"),
        required=True,
        help_text=_("The number we should call, with its area code. Any way you write it is fine."),
        error_messages={"required": _("We need a phone number to call you.")},
    )
    name = TextField(
        label=_("Your name"),
        max_length=120,
        help_text=_("A first name is enough, or leave it empty."),
    )
    email = EmailField(
        label=_("Email"),
        max_length=254,
        error_messages={"invalid": _("This email address seems incomplete: name@example.org.")},
    )
    for_whom = radios(choices.ForWhom.choices, label=_("Who needs help?"))
    relationship = select(
        choices.Relationship.choices,
        label=_("If it is someone else: who are you to them?"),
    )
    adult = radios(
        choices.Adult.choices,
        label=_("Is the person who needs help 18 or older?"),
        help_text=_("If not, that is all we need to know now. We talk about it when we call."),
    )
    program = ProgramField(label=_("Program you are asking about"), required=False)
    window = forms.ChoiceField(
        choices=choices.Window.choices,
        label=_("When may we call?"),
        required=False,
        widget=forms.RadioSelect,
        initial=choices.Window.ANY,
    )
    timezone = forms.ChoiceField(
        label=_("Your time zone"),
        required=False,
        help_text=_("So that we never call you before 8 in the morning or after 9 at night."),
    )
    voicemail_ok = tick(_("You may leave a voicemail"))
    text_ok = tick(_("You may text me"))
    email_ok = tick(_("You may email me"))
    ask_for = TextField(
        label=_("Whom should we ask for?"),
        max_length=120,
        help_text=_("The name to use when somebody picks up."),
    )
    if_someone_else = TextField(
        label=_("What should we say if someone else answers?"),
        max_length=500,
        multiline=True,
        help_text=_(
            "For example: “Say it’s about the appointment” or “Just hang up.” "
            "Otherwise we say nothing about why we call."
        ),
    )
    language = forms.ChoiceField(
        label=_("Language you like to speak"),
        choices=choices.Language.choices,
        required=False,
    )
    interpreter = tick(_("I would like an interpreter (free)"))
    heard_from = select(choices.HeardFrom.choices, label=_("How did you hear about us?"))
    message = TextField(
        label=_("Anything you want us to know"),
        max_length=4000,
        multiline=True,
    )
    website = TrapField()

    # The parts that are folded away until somebody wants them.
    SAFETY = ("ask_for", "if_someone_else", "voicemail_ok", "text_ok", "email_ok", "email")
    MORE = ("for_whom", "relationship", "adult", "language", "interpreter", "heard_from")
    # Ticks that stand on a consent wording, and the wording's kind.
    CONSENTS = {"voicemail_ok": "voicemail", "text_ok": "text", "email_ok": "email"}
    AUTOCOMPLETE = {"phone": "tel", "name": "name", "email": "email"}

    def __init__(self, *args, center: Center, clock: Clock, texts, **kwargs):
        super().__init__(*args, **kwargs)
        self.center, self.clock, self.texts = center, clock, texts
        self.promise = None
        self.is_trapped = False
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.error_messages["invalid_choice"] = _("Please choose one from the list.")
            if isinstance(field, PhoneField):
                field.region = center.country
        if "timezone" in self.fields:
            self.fields["timezone"].choices = windows.zone_choices(center.time_zone)
            self.fields["timezone"].initial = center.time_zone
            self.fields["program"].offer(programs_on_offer(at=clock.at))
            self.fields["language"].initial = self._language
        for name, value in self.AUTOCOMPLETE.items():
            if name in self.fields:
                self.fields[name].widget.attrs["autocomplete"] = value
        for name, kind in self.CONSENTS.items():
            if name in self.fields and kind in texts:
                # crispy writes help texts out as HTML.
                self.fields[name].help_text = format_html(
                    '<span lang="{}">{}</span>',
                    texts[kind].language,
                    linebreaksbr(texts[kind].text),
                )

    @property
    def _language(self) -> str:
        """The language of the page, which is likely the one they like to speak."""
        language = languages.current()
        is_spoken = language in choices.Language.values
        return language if is_spoken else choices.Language.ENGLISH

    @property
    def open_safety(self) -> bool:
        """Whether the safe-contact part holds something the person should see again."""
        return self._has_any(self.SAFETY)

    @property
    def open_more(self) -> bool:
        """Whether the optional part holds something the person should see again."""
        return self._has_any(self.MORE)

    def _has_any(self, names) -> bool:
        return self.is_bound and any(
            name in self.errors or name in self.changed_data for name in names
        )

    def clean_window(self):
        return self.cleaned_data["window"] or choices.Window.ANY

    def clean_timezone(self):
        return self.cleaned_data["timezone"] or self.center.time_zone

    def clean(self):
        data = super().clean()
        self.is_trapped = bool(data.pop("website"))
        if "window" in data and "timezone" in data:
            self.promise = self.promised(data)
            if self.promise is None:
                self.add_error("window", self._no_overlap(data["window"], data["timezone"]))
        return data

    def promised(self, data: dict) -> Promise | None:
        """Return when we call, if that wish can be fulfilled."""
        return self.clock.promise(data["window"], ZoneInfo(data["timezone"]))

    def _no_overlap(self, window: str, zone: str) -> str:
        """Return what to choose instead of a time at which nobody is at the desk."""
        offer = self.clock.next_offer(ZoneInfo(zone))
        if offer is None or window == choices.Window.ANY:
            return _(
                "In your time zone it is night whenever our desk is open. "
                "Please call us at %(phone)s, or choose a time zone in which we may call."
            ) % {"phone": self.center.phone}
        other, promise = offer
        when = spoken.between(promise.start, promise.end, zone, now=self.clock.at)
        return _(
            "Nobody is at our desk at that time of your day. The next time we can call you is "
            "%(when)s. For that, choose “%(other)s”."
        ) % {"when": when, "other": other.label}

    @cached_property
    def contact(self) -> dict:
        """The cleaned answers under the names of the lead's fields."""
        data = dict(self.cleaned_data)
        phone = data.pop("phone")
        data["phone_typed"] = self.fields["phone"].to_python(self.data["phone"])
        data["phone"], data["phone_extension"] = phone.e164, phone.extension
        data["is_adult"] = data.pop("adult")
        data["needs_interpreter"] = data.pop("interpreter")
        data["language"] = data["language"] or self._language
        return data
