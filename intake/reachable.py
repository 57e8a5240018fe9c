"""How a person may be reached: through what they allow, between 8 and 21 where they are."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from intake import spoken, windows
from intake.choices import Channel, Window
from intake.models import Lead


def channels(lead: Lead) -> set[Channel]:
    """Return the ways of being in contact that are open; they may always come to us."""
    asked = {
        Channel.CALL: lead.call_ok,
        Channel.TEXT: lead.text_ok,
        Channel.EMAIL: lead.email_ok,
    }
    return {channel for channel in Channel if asked.get(channel, True)}


def is_calling_hour(lead: Lead, *, at: datetime) -> bool:
    """Say whether it is between 8 and 21 o'clock where the person is."""
    return windows.is_safe(Window.ANY, ZoneInfo(lead.timezone), at=at)


def why_not_by(lead: Lead, channel: Channel) -> str:
    """Return why the person may not be reached that way, or ""."""
    if channel in channels(lead):
        return ""
    if channel == Channel.CALL:
        return _("This person took back the permission to call. If they called us, log that.")
    if channel == Channel.TEXT:
        return _("This person has not allowed texts. If they wrote to us, log that instead.")
    return _("This person has not allowed email. If they wrote to us, log that instead.")


def why_not_now(lead: Lead, reason: str, *, at: datetime) -> str:
    """Return why the person may not be called at that hour, or ""; a reason is enough."""
    if reason or is_calling_hour(lead, at=at):
        return ""
    return _(
        "It is %(time)s where they are. Between 9 pm and 8 am nobody is called without a "
        "reason: please choose it."
    ) % {"time": spoken.time_of_day(at, lead.timezone)}
