"""Estimates for a family: what was recorded about a plan, applied to a program's days."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from intake import doubts, spoken
from intake.choices import CopayPer, Known, Network
from intake.estimates import Estimate, Left, Terms, estimate
from intake.models import BenefitsRecord, LevelBenefits, NetworkBenefits
from programs.models import Program

# What a first look counts, and the longest one.
USUAL_WEEKS, MOST_WEEKS = 4, 52


@dataclass(frozen=True)
class ProgramCosts:
    """One program in one network: an estimate, or the sentence that says why there is none."""

    program: Program
    network: Network
    days: tuple[int, int] | None
    estimate: Estimate | None
    doubts: tuple[str, ...] = ()
    missing: str = ""


def of(record: BenefitsRecord, *, weeks: int, today: date) -> list[ProgramCosts]:
    """Return the costs of every program of which something is known, the most intensive first."""
    found = []
    for network in record.networks.prefetch_related("levels__program"):
        for level in network.levels.all():
            if level.program is not None and _is_known(level):
                found.append(_of_level(record, network, level, weeks=weeks, today=today))
    networks = list(Network)
    return sorted(
        found,
        key=lambda one: (one.program.order, one.program.pk, networks.index(one.network)),
    )


def days_of(program: Program, *, weeks: int) -> tuple[int, int] | None:
    """Return the fewest and the most days of treatment in so many weeks, if somebody told us."""
    if program.sleeps == Program.Sleeps.ON_SITE:
        return 7 * weeks, 7 * weeks
    fewest, most = program.days_min, program.days_max
    known = [count for count in (fewest, most) if count is not None]
    return (min(known) * weeks, max(known) * weeks) if known else None


def _is_known(level: LevelBenefits) -> bool:
    amounts = (level.copay, level.coinsurance, level.allowed_low, level.allowed_high)
    return level.covered != Known.UNKNOWN or any(amount is not None for amount in amounts)


def _of_level(
    record: BenefitsRecord,
    network: NetworkBenefits,
    level: LevelBenefits,
    *,
    weeks: int,
    today: date,
) -> ProgramCosts:
    days = days_of(level.program, weeks=weeks)
    terms = _terms(network, level)
    kind = Network(network.network)
    if days is None:
        why = _("Nobody has entered yet on how many days a week this program takes place.")
        return ProgramCosts(level.program, kind, None, None, missing=why)
    if terms is None:
        why = _("Write down what the plan allows a day, or what we charge, to get an estimate.")
        return ProgramCosts(level.program, kind, days, None, missing=why)
    uncertain = doubts.about(terms, days=days)
    if record.renews_on and today < record.renews_on <= today + timedelta(weeks=weeks):
        again = _(
            "The plan’s year starts again on %(day)s. From then on deductible and maximum count "
            "anew: more may be due than these sums say."
        ) % {"day": spoken.calendar_day(record.renews_on)}
        uncertain.append(again)
    found = estimate(terms, days=days)
    return ProgramCosts(level.program, kind, days, found, tuple(uncertain))


def _terms(network: NetworkBenefits, level: LevelBenefits) -> Terms | None:
    prices = [level.allowed_low, level.allowed_high]
    known = [price for price in prices if price is not None]
    if not known and level.charge is not None:
        # What is charged is the most that can be allowed.
        known = [level.charge]
    if not known:
        return None
    days_left = None
    if level.day_limit is not None:
        days_left = max(level.day_limit - (level.days_used or 0), 0)
    return Terms(
        network=Network(network.network),
        covered=Known(level.covered),
        deductible_applies=Known(level.deductible_applies),
        deductible=Left.of(
            (network.deductible, network.deductible_met),
            (network.family_deductible, network.family_deductible_met),
        ),
        limit=Left.of(
            (network.limit, network.limit_met), (network.family_limit, network.family_limit_met)
        ),
        allowed_low=min(known),
        allowed_high=max(known),
        copay=level.copay,
        copay_per=CopayPer(level.copay_per),
        coinsurance=level.coinsurance,
        days_left=days_left,
        charge=level.charge,
        prior_authorization=Known(level.prior_authorization),
    )
