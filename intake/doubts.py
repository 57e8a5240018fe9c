"""What is not certain about an estimate, in sentences for the family."""

from decimal import Decimal

from django.utils.translation import gettext as _

from intake.amounts import plain
from intake.choices import Known, Network
from intake.estimates import Left, Terms


def about(terms: Terms, *, days: tuple[int, int]) -> list[str]:
    """Return what is not certain, a sentence for each thing."""
    said = [_about_cover(terms.covered), _about_authorization(terms.prior_authorization)]
    if terms.covered != Known.NO:
        said += [
            _about_deductible(terms),
            _about_share(terms),
            _about_limit(terms.limit),
            _about_days(terms.days_left, days),
            _about_price(terms),
        ]
    if days[0] != days[1]:
        said.append(
            _(
                "How many days it will be is decided as treatment goes on: from %(low)s to "
                "%(high)s are counted."
            )
            % {"low": days[0], "high": days[1]}
        )
    return [sentence for sentence in said if sentence]


def _about_cover(covered: Known) -> str:
    return {
        Known.YES: "",
        Known.NO: _("The plan does not cover this program: all of it is to be paid."),
        Known.UNKNOWN: _(
            "It is not known whether the plan covers this program at all. The upper end counts "
            "that it does not."
        ),
    }[covered]


def _about_authorization(prior_authorization: Known) -> str:
    return {
        Known.YES: _(
            "The plan has to agree before treatment starts, and again as it goes on. Without "
            "that it may pay nothing."
        ),
        Known.NO: "",
        Known.UNKNOWN: _("It is not known whether the plan has to agree before treatment starts."),
    }[prior_authorization]


def _about_deductible(terms: Terms) -> str:
    if terms.deductible_applies == Known.NO:
        return ""
    if terms.deductible is None:
        return _(
            "The deductible is not known. The lower end counts none, the upper end everything."
        )
    if terms.deductible.low != terms.deductible.high:
        return _("It is not known how much of the deductible is paid already.")
    if terms.deductible_applies == Known.UNKNOWN:
        return _("It is not known whether the deductible applies. The upper end counts it.")
    return _("Other bills that reach the plan first make what is left of the deductible smaller.")


def _about_share(terms: Terms) -> str:
    if terms.copay is None and terms.coinsurance is None:
        return _(
            "Copay and coinsurance are not known. The lower end counts none, the upper end "
            "everything."
        )
    return ""


def _about_limit(limit: Left | None) -> str:
    if limit is None:
        return _("The yearly maximum is not known. If there is one, it ends the sum earlier.")
    if limit.low != limit.high:
        return _("It is not known how much of the yearly maximum is reached already.")
    return ""


def _about_days(days_left: Decimal | None, days: tuple[int, int]) -> str:
    if days_left is None:
        return _("It is not known whether the plan limits the number of days.")
    if days_left < days[1]:
        return _("The plan pays for %(days)s more days this year; the others are paid in full.") % {
            "days": plain(days_left)
        }
    return ""


def _about_price(terms: Terms) -> str:
    if terms.network == Network.OUT and terms.charge is None:
        return _(
            "Out of network, what we charge above what the plan allows is to be paid too. It is "
            "not in these sums."
        )
    if terms.allowed_low != terms.allowed_high:
        return _("What the plan allows for a day is known only roughly.")
    return ""
