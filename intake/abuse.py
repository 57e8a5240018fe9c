"""What looks like abuse: it is marked, never hidden, since it may be a person in need.

A shelter, a hospital or a whole mobile network shares one internet address. So a sending
beyond the usual is stored, promised and shown like any other, and staff see why it is
suspected. Only a flood from one address is refused, photos first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from intake import throttle
from intake.choices import Suspicion
from intake.throttle import Counted

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# Nobody reads the form and types a phone number faster; with everything filled in by the
# browser, pressing the button takes longer than this.
FASTEST = timedelta(seconds=3)
# A busy discharge desk may send several an hour; more is unusual, so it is marked.
USUAL_PER_ADDRESS = 10
# A worried family may send again, and again; a fourth time in a day is marked.
USUAL_PER_PHONE = 3
# A request a minute, all hour long, from one address: no house full of people sends that,
# and staff could not read what a script sends beyond it.
MOST_PER_ADDRESS = 60
# Each photo costs a decoding, thousands of times the work of a line of text. Twenty cards an
# hour is more than any clinic has; beyond it a request without photos still goes through.
MOST_PHOTOS_PER_ADDRESS = 20
# Exact times are few. Beyond so many a day from one address, the rest stays for others, and
# a part of the day can be chosen still.
MOST_APPOINTMENTS_PER_ADDRESS = 10


class TooMany(Exception):
    """Requests flood in from that address; for up to an hour no more are taken from it."""


class NoAppointments(Exception):
    """That address was given many exact times today; a part of the day still can be chosen."""


@dataclass(frozen=True)
class Sending:
    """How a form came to us: all that is known without knowing who sent it."""

    address: str
    took: timedelta
    is_trapped: bool


def suspicions(sending: Sending, *, phone: str, at: datetime) -> list[Suspicion]:
    """Count a sending and return why it looks like abuse, in the order of `Suspicion`.

    Raises TooMany beyond the hard cap; the caller's transaction then takes the count back,
    so that who keeps trying does not wait longer for it.
    """
    counted = [Counted("form.address", throttle.household(sending.address), HOUR)]
    if phone:
        counted.append(Counted("form.phone", phone, DAY))
    from_address, for_phone = [*throttle.count_each(*counted, at=at), 0][:2]
    if from_address > MOST_PER_ADDRESS:
        raise TooMany
    found = {
        Suspicion.HONEYPOT: sending.is_trapped,
        Suspicion.TOO_FAST: sending.took < FASTEST,
        Suspicion.SAME_ADDRESS: from_address > USUAL_PER_ADDRESS,
        Suspicion.SAME_PHONE: for_phone > USUAL_PER_PHONE,
    }
    return [suspicion for suspicion, is_so in found.items() if is_so]


def takes_photos(address: str, *, at: datetime) -> bool:
    """Count a sending with photos; say whether they are still taken from that address."""
    household = throttle.household(address)
    counted = throttle.count("form.photos", household, per=HOUR, at=at)
    return counted <= MOST_PHOTOS_PER_ADDRESS


def count_appointment(address: str, *, at: datetime) -> None:
    """Count an appointment; raises NoAppointments beyond what one address is given a day."""
    household = throttle.household(address)
    counted = throttle.count("form.appointments", household, per=DAY, at=at)
    if counted > MOST_APPOINTMENTS_PER_ADDRESS:
        raise NoAppointments
