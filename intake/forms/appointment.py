"""The choice of an exact time for the call, for the forms that ask when to call."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from intake import seats, spoken, windows
from intake.appointments import FURTHEST, Diary
from intake.models import Lead
from intake.promises import Promise

# Who sends the same page again a day later is told what they were told then.
LONG_AGO = timedelta(days=2)


class TimeField(forms.ChoiceField):
    """One of the desk's times; cleans to the moment it begins, or None.

    Whether it is free is known only when it is given: see `seats`.
    """

    def to_python(self, value) -> datetime | None:
        text = super().to_python(value).strip()
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError(self.error_messages["invalid_choice"]) from None

    def validate(self, value) -> None:
        forms.Field.validate(self, value)


class WithAppointment(forms.Form):
    """Beside `window` and `timezone`: an exact time, spoken in the person's own zone.

    The page says in which zone it spoke (`shown_in`). Who then chooses another zone sees
    all times once more, in that one.
    """

    appointment = TimeField(
        label=_("Or make an appointment for the call"),
        required=False,
        help_text=_("Free times of our desk. The one you choose is kept for you alone."),
    )

    # Whose own time is as good as free: who changes something may leave it as it is.
    known: Lead | None = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.diary = Diary.of(self.center, self.clock)
        self.fields["appointment"].choices = lambda: [("", gettext("No appointment")), *self.days]
        # What is wrong is told in the order of the page.
        names = [name for name in self.fields if name != "appointment"]
        names.insert(names.index("timezone") + 1, "appointment")
        self.order_fields(names)

    @property
    def shown_in(self) -> str:
        """The zone in which this page speaks of times."""
        zone = self["timezone"].value() or ""
        return zone if self.fields["timezone"].valid_value(zone) else self.center.time_zone

    @staticmethod
    def code(start: datetime) -> str:
        """Return how the page writes a moment."""
        return f"{start:%Y-%m-%dT%H:%MZ}"

    @property
    def has_times(self) -> bool:
        """Whether there is something to choose, or to say about what was chosen."""
        return bool(self.days or self["appointment"].errors)

    @cached_property
    def days(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The free times of the next days, as choices; looked up only where they are shown."""
        zone, at = self.shown_in, self.clock.at
        taken = seats.taken(after=at, but=self.known) if self.diary.seats else []
        named = windows.zone_label(zone)
        return [
            (
                f"{capfirst(spoken.day(slots[0].start, zone, now=at))} ({named})",
                [(self.code(slot.start), spoken.hour(slot.start, zone)) for slot in slots],
            )
            for slots in self.diary.days(ZoneInfo(zone), taken).values()
        ]

    def clean_appointment(self) -> datetime | None:
        start, at = self.cleaned_data["appointment"], self.clock.at
        if start is None:
            return None
        zone = self.cleaned_data.get("timezone", self.shown_in)
        if self.data.get("shown_in", zone) != zone:
            raise ValidationError(
                gettext(
                    "All times are now shown in the time zone you chose (%(zone)s). Please check "
                    "yours, then press the button again."
                )
                % {"zone": windows.zone_label(zone)}
            )
        if not at - LONG_AGO < start < at + FURTHEST:
            raise ValidationError(self.said_taken())
        return start

    def promised(self, data: dict) -> Promise | None:
        """Return the time that was chosen; without one, what the part of the day promises."""
        if start := data.get("appointment"):
            return self.diary.slot(start)
        return super().promised(data)

    def said_taken(self) -> str:
        """Return what to do when somebody else was given that time."""
        if not self.days:
            return gettext("No exact time is free any more. Please leave it at a part of the day.")
        return gettext(
            "That time is not free any more. These are: please choose one of them, or leave it "
            "at a part of the day."
        )

    def said_too_many(self) -> str:
        """Return what to do where one address was given more than its share."""
        return gettext(
            "Many exact times went to your internet connection today, so we keep the others for "
            "somebody else. Please leave it at a part of the day, or call us at %(phone)s."
        ) % {"phone": self.center.phone}
