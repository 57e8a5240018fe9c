"""What treatment may cost a patient under a plan: arithmetic alone, every step to be shown.

What nobody knows is counted as kindly as it can be for the lower end and as badly as it
can be for the upper one; `doubts` names it.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from math import ceil

from django.utils.translation import gettext as _

from intake.amounts import CENT, money, percent
from intake.choices import CopayPer, Known, Network

NOTHING, ALL = Decimal(0), Decimal(100)


@dataclass(frozen=True)
class Left:
    """What is left to pay of a deductible or of a yearly maximum: at least, and at most."""

    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, *amounts: tuple[Decimal | None, Decimal | None]) -> "Left | None":
        """Return it from (whole, met) of one person and of the family: the first met one ends it.

        None where the plan named neither.
        """
        known = [(whole, met) for whole, met in amounts if whole is not None]
        if not known:
            return None
        return cls(
            min(NOTHING if met is None else _rest(whole, met) for whole, met in known),
            min(whole if met is None else _rest(whole, met) for whole, met in known),
        )


def _rest(whole: Decimal, part: Decimal) -> Decimal:
    return max(whole - part, NOTHING)


@dataclass(frozen=True)
class Terms:
    """What the plan says about one level of care in one network, amounts a day in dollars.

    `deductible` and `limit` are what is left of them this year, None where nobody knows.
    """

    network: Network
    covered: Known
    deductible_applies: Known
    deductible: Left | None
    limit: Left | None
    allowed_low: Decimal
    allowed_high: Decimal
    copay: Decimal | None = None
    copay_per: CopayPer = CopayPer.DAY
    coinsurance: Decimal | None = None
    days_left: Decimal | None = None
    charge: Decimal | None = None
    prior_authorization: Known = Known.UNKNOWN


@dataclass(frozen=True)
class Step:
    """One line of the arithmetic: how it is reckoned, and what comes of it."""

    how: str
    amount: Decimal


@dataclass(frozen=True)
class Side:
    """One end of the range, with its steps by name."""

    steps: dict[str, Step]
    total: Decimal


@dataclass(frozen=True)
class Line:
    """A step at both ends of the range; None where there is no such step."""

    label: str
    low: Step | None
    high: Step | None
    is_total: bool = False


@dataclass(frozen=True)
class Estimate:
    low: Side
    high: Side

    @property
    def lines(self) -> list[Line]:
        """Return the arithmetic line by line, without the steps that are at neither end."""
        return [
            Line(label, self.low.steps.get(name), self.high.steps.get(name), name == "total")
            for name, label in _labels().items()
            if name in self.low.steps or name in self.high.steps
        ]


def _labels() -> dict[str, str]:
    return {
        "counted": _("Treatment, at the price the plan allows"),
        "deductible": _("Of this, deductible still to be paid"),
        "copay": _("Copays"),
        "coinsurance": _("Coinsurance"),
        "share": _("Your share of it"),
        "limit": _("The yearly maximum leaves at most"),
        "uncounted": _("Days the plan does not pay for"),
        "above": _("What we charge above that price"),
        "total": _("To be paid by you"),
    }


@dataclass(frozen=True)
class _Case:
    """One way in which it may turn out."""

    days: int
    allowed: Decimal
    is_covered: bool
    # None: everything, and nothing that ends the sum.
    deductible: Decimal | None
    coinsurance: Decimal
    limit: Decimal | None


def estimate(terms: Terms, *, days: tuple[int, int]) -> Estimate:
    """Return the range for that many days of treatment, from the fewest to the most."""
    ends = [
        _reckon(terms, _case(terms, count, allowed, is_kind=is_kind))
        for count, allowed, is_kind in product(
            days, (terms.allowed_low, terms.allowed_high), (True, False)
        )
    ]
    # Of two that cost the same, the ends show the fewer days and the more.
    low = min(ends, key=lambda side: side.total)
    high = max(reversed(ends), key=lambda side: side.total)
    return Estimate(low, high)


def _case(terms: Terms, days: int, allowed: Decimal, *, is_kind: bool) -> _Case:
    """Return how it turns out if all that is unknown is kind, or if none of it is."""
    deductible, limit = terms.deductible, terms.limit
    left = deductible.low if deductible else NOTHING
    if not is_kind:
        left = deductible.high if deductible else None
    if terms.deductible_applies == Known.NO or (
        is_kind and terms.deductible_applies == Known.UNKNOWN
    ):
        left = NOTHING
    coinsurance = terms.coinsurance
    if coinsurance is None:
        nobody_knows = terms.copay is None
        coinsurance = ALL if nobody_knows and not is_kind else NOTHING
    most = None
    if limit:
        most = limit.low if is_kind else limit.high
    charge = terms.charge
    return _Case(
        days=days,
        # No plan allows more than is charged.
        allowed=allowed if charge is None else min(allowed, charge),
        is_covered=terms.covered == Known.YES or (is_kind and terms.covered == Known.UNKNOWN),
        deductible=left,
        coinsurance=coinsurance,
        limit=most,
    )


def _reckon(terms: Terms, case: _Case) -> Side:
    steps: dict[str, Step] = {}
    counted_days = case.days if case.is_covered else 0
    if terms.days_left is not None:
        counted_days = min(counted_days, int(terms.days_left))
    counted = counted_days * case.allowed
    share = NOTHING
    if counted_days:
        steps["counted"] = Step(_days_at(counted_days, case.allowed), counted)
        share = _share(terms, case, counted_days, steps)
    uncounted_days = case.days - counted_days
    total = share
    if uncounted_days:
        price = case.allowed if terms.charge is None else terms.charge
        steps["uncounted"] = Step(_days_at(uncounted_days, price), uncounted_days * price)
        total += uncounted_days * price
    if counted_days and terms.network == Network.OUT and terms.charge is not None:
        # Without a contract, nobody has to do without the difference.
        above = terms.charge - case.allowed
        if above:
            steps["above"] = Step(_days_at(counted_days, above), counted_days * above)
            total += counted_days * above
    steps["total"] = Step("", total)
    return Side(steps, total)


def _share(terms: Terms, case: _Case, days: int, steps: dict[str, Step]) -> Decimal:
    """Return the patient's share of what the plan counts, and add how it is reckoned."""
    counted = days * case.allowed
    deductible = counted if case.deductible is None else min(case.deductible, counted)
    rest = counted - deductible
    if deductible:
        how = _("not known, so all of it") if case.deductible is None else ""
        steps["deductible"] = Step(how, deductible)
    copay = _copay(terms, case, days, deductible, steps)
    coinsurance = (rest * case.coinsurance / ALL).quantize(CENT, ROUND_HALF_UP)
    if coinsurance:
        how = _("%(percent)s of %(rest)s") % {
            "percent": percent(case.coinsurance),
            "rest": money(rest),
        }
        steps["coinsurance"] = Step(how, coinsurance)
    share = min(deductible + copay + coinsurance, counted)
    steps["share"] = Step("", share)
    if case.limit is not None and share > case.limit:
        share = case.limit
        steps["limit"] = Step(_("the plan pays the rest"), share)
    return share


def _copay(
    terms: Terms, case: _Case, days: int, deductible: Decimal, steps: dict[str, Step]
) -> Decimal:
    """Return the copays of the time after the deductible."""
    rest = days * case.allowed - deductible
    if not terms.copay or not rest:
        return NOTHING
    if terms.copay_per == CopayPer.STAY:
        steps["copay"] = Step(_("once"), min(terms.copay, rest))
        return steps["copay"].amount
    each = min(terms.copay, case.allowed)
    used = ceil(deductible / case.allowed)
    # On the day on which the deductible ends, no more than the rest of that day.
    part = min(each, used * case.allowed - deductible)
    count = days - used
    if part == each:
        count, part = count + 1, NOTHING
    how = _days_at(count, each)
    if part:
        how = _("%(days)s, and %(part)s on the day on which the deductible ends") % {
            "days": how,
            "part": money(part),
        }
    steps["copay"] = Step(how, count * each + part)
    return steps["copay"].amount


def _days_at(days: int, amount: Decimal) -> str:
    return _("%(days)s × %(amount)s") % {"days": days, "amount": money(amount)}
