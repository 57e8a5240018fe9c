"""What the insurance company said, as tables to read."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intake.amounts import money, percent, plain
from intake.choices import Known
from intake.models import BenefitsRecord, LevelBenefits, NetworkBenefits

UNKNOWN = gettext_lazy("not known")
# Column of the whole amount, and what it is called; `_met` holds what is met of it.
AMOUNTS = (
    ("deductible", gettext_lazy("Deductible, one person")),
    ("family_deductible", gettext_lazy("Deductible, family")),
    ("limit", gettext_lazy("Out-of-pocket maximum, one person")),
    ("family_limit", gettext_lazy("Out-of-pocket maximum, family")),
)


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[str]


@dataclass(frozen=True)
class NetworkTables:
    """One network: amounts of the year (whole, met, left), then one column for each level."""

    label: str
    amounts: list[Row]
    programs: list[str]
    levels: list[Row]


def tables(record: BenefitsRecord | None) -> list[NetworkTables]:
    """Return a pair of tables for each network of which something is known."""
    if record is None:
        return []
    rows = record.networks.prefetch_related("levels__program").all()
    return [found for row in rows if (found := _network(row))]


def _network(row: NetworkBenefits) -> NetworkTables | None:
    levels = sorted(row.levels.all(), key=_place)
    amounts = []
    for name, label in AMOUNTS:
        whole, met = getattr(row, name), getattr(row, f"{name}_met")
        if whole is not None or met is not None:
            amounts.append(Row(label, [_money(whole), _money(met), _money(left(whole, met))]))
    facts = [Row(label, [say(level) for level in levels]) for label, say in _LEVEL_ROWS]
    known = [fact for fact in facts if any(cell != UNKNOWN for cell in fact.cells)]
    if not amounts and not known:
        return None
    names = [level.program.short_name if level.program else level.level for level in levels]
    return NetworkTables(row.get_network_display(), amounts, names, known)


def left(whole: Decimal | None, met: Decimal | None) -> Decimal | None:
    """Return what is left of an amount, if both numbers are known."""
    return None if whole is None or met is None else max(whole - met, Decimal(0))


def _place(level: LevelBenefits):
    return level.program.order if level.program else 0, level.level


def _money(amount: Decimal | None) -> str:
    return UNKNOWN if amount is None else money(amount)


def _answer(name: str):
    def say(level: LevelBenefits) -> str:
        is_known = getattr(level, name) != Known.UNKNOWN
        return getattr(level, f"get_{name}_display")() if is_known else UNKNOWN

    return say


def _copay(level: LevelBenefits) -> str:
    if level.copay is None:
        return UNKNOWN
    return _("%(amount)s for %(per)s") % {
        "amount": money(level.copay),
        "per": level.get_copay_per_display(),
    }


def _coinsurance(level: LevelBenefits) -> str:
    return UNKNOWN if level.coinsurance is None else percent(level.coinsurance)


def _days(level: LevelBenefits) -> str:
    if level.day_limit is None:
        return UNKNOWN
    used = UNKNOWN if level.days_used is None else plain(level.days_used)
    return _("%(limit)s, used: %(used)s") % {"limit": plain(level.day_limit), "used": used}


def _allowed(level: LevelBenefits) -> str:
    low, high = level.allowed_low, level.allowed_high
    if low is None or high is None or low == high:
        return _money(high if low is None else low)
    return _("%(low)s to %(high)s") % {"low": money(low), "high": money(high)}


_LEVEL_ROWS = (
    (gettext_lazy("Covered"), _answer("covered")),
    (gettext_lazy("Prior authorization needed"), _answer("prior_authorization")),
    (gettext_lazy("Deductible applies"), _answer("deductible_applies")),
    (gettext_lazy("Copay"), _copay),
    (gettext_lazy("Coinsurance the patient pays"), _coinsurance),
    (gettext_lazy("Days or visits a year"), _days),
    (gettext_lazy("Plan allows a day"), _allowed),
    (gettext_lazy("We charge a day"), lambda level: _money(level.charge)),
)
