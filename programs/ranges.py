"""Two numbers, either of which may be unknown, in words."""

from django.utils.translation import gettext as _


def readable_range(low: int | None, high: int | None) -> str:
    """Return "9 to 12", "20 or more", "up to 5", "5", or nothing when nobody has told us."""
    if low is None and high is None:
        return ""
    if high is None:
        return _("%(low)s or more") % {"low": low}
    if low is None:
        return _("up to %(high)s") % {"high": high}
    if low == high:
        return str(low)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}
