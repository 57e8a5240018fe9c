"""What came of a call, in two clicks: which outcomes are offered, and what follows each."""

from dataclasses import dataclass
from datetime import datetime

from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import cadence, reachable, spoken
from intake.cadence import Cadence
from intake.choices import Channel, Outcome
from intake.forms.staff import AttemptForm
from intake.models import Lead
from intake.promises import Clock


@dataclass(frozen=True)
class Tile:
    """One outcome as a button: choosing it is the first click, “Log it” the second."""

    radio: BoundWidget
    follows: str


def narrow(form: AttemptForm, lead: Lead) -> None:
    """Leave out of a fresh form what this person has not allowed."""
    channels = reachable.channels(lead)
    may_leave_word = lead.voicemail_ok or channels & {Channel.TEXT, Channel.EMAIL}
    for name, is_open in (
        ("channel", lambda value: value in channels),
        ("outcome", lambda value: value != Outcome.LEFT_MESSAGE or may_leave_word),
    ):
        field = form.fields[name]
        field.choices = [choice for choice in field.choices if is_open(choice[0])]


def tiles(
    form: AttemptForm, lead: Lead, clock: Clock, pace: Cadence, *, at: datetime
) -> list[Tile]:
    """Return the outcomes of the form, each with the next step it creates."""
    radios: BoundField = form["outcome"]
    return [
        Tile(radio, _follows(lead, radio.data["value"], clock, pace, at=at)) for radio in radios
    ]


def _follows(lead: Lead, outcome: str, clock: Clock, pace: Cadence, *, at: datetime) -> str:
    if outcome == Outcome.CALL_BACK:
        return _("at the time they name")
    due = cadence.next_step(lead, outcome, clock, pace, at=at)
    zone = timezone.get_current_timezone_name()
    when = {
        "day": spoken.short_day(due, zone, now=at),
        "time": spoken.time_of_day(due, zone),
    }
    if outcome == Outcome.REACHED:
        return _("next step %(day)s, %(time)s") % when
    if outcome == Outcome.WRONG_NUMBER:
        return _("find another way by %(day)s, %(time)s") % when
    return _("next try %(day)s, %(time)s") % when
