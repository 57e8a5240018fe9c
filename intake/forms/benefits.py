"""What staff write down while the insurance company answers: one form in several parts."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from intake import choices
from intake.benefits import Figures
from intake.choices import AskedHow, Known, Network
from intake.costs import MOST_WEEKS
from intake.forms.amounts import DaysField, MoneyField, PercentField
from intake.forms.inputs import TextField
from intake.forms.staff import ActionForm, choose, day
from intake.models import BenefitsRecord
from programs.models import Program

# One in six people on some plans has another one a month later; nobody relies on older answers.
LONGEST = timedelta(days=92)


def last_day(today: date) -> date:
    """Return until when an answer is relied on: a month, and never into a new calendar year."""
    month = today.month % 12 + 1
    year = today.year + (month == 1)
    later = date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
    return min(later, date(today.year, 12, 31)) if today.month < 12 else later


class HeaderForm(ActionForm):
    """Who was asked, how, and until when the answer counts."""

    asked_on = day(label=_("Asked on"))
    asked_how = choose(AskedHow.choices, empty=_("Choose how…"), label=_("How"))
    representative = TextField(label=_("Who answered"), max_length=120)
    call_reference = TextField(
        label=_("Call reference"), max_length=80, help_text=_("They give one for each call: ask.")
    )
    manager = TextField(
        label=_("Who manages these benefits, with phone"),
        max_length=200,
        help_text=_("Only if another company does it for the plan."),
    )
    renews_on = day(label=_("Plan year starts again on"), required=False)
    expires_on = day(
        label=_("Can be relied on until"),
        help_text=_("A month at most is wise. Nothing outlasts the plan’s year."),
    )
    notes = TextField(label=_("Notes"), max_length=4000, multiline=True)

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_asked_on(self):
        asked = self.cleaned_data["asked_on"]
        if asked > self.today:
            raise forms.ValidationError(_("This day lies in the future."))
        return asked

    def clean(self):
        data = super().clean()
        asked, expires, renews = map(data.get, ("asked_on", "expires_on", "renews_on"))
        if expires and expires < self.today:
            self.add_error("expires_on", _("This day is over. Choose a later one."))
        elif asked and expires and expires > asked + LONGEST:
            self.add_error("expires_on", _("Choose a day within three months of asking."))
        elif renews and expires and asked and asked < renews <= expires:
            self.add_error("expires_on", _("The plan’s year starts again before that day."))
        if data.get("asked_how") == AskedHow.PHONE:
            for name in ("representative", "call_reference"):
                if name in data and not data[name]:
                    self.add_error(name, _("Write this down too: it is our proof of the call."))
        return data


class InOrderForm(forms.Form):
    """A form in which the second of two amounts may not be more, or less, than the first."""

    # (smaller, larger, what to say at the first)
    ORDER: tuple = ()

    def clean(self):
        data = super().clean()
        for smaller, larger, said in self.ORDER:
            first, second = data.get(smaller), data.get(larger)
            if first is not None and second is not None and first > second:
                self.add_error(smaller, said)
        return data


_MORE_THAN_ALL = _("More than the whole is met? Please check both.")


class NetworkForm(InOrderForm):
    deductible = MoneyField(label=_("Deductible, one person"))
    deductible_met = MoneyField(label=_("Met so far"))
    family_deductible = MoneyField(label=_("Deductible, family"))
    family_deductible_met = MoneyField(label=_("Met so far"))
    limit = MoneyField(label=_("Out-of-pocket maximum, one person"))
    limit_met = MoneyField(label=_("Met so far"))
    family_limit = MoneyField(label=_("Out-of-pocket maximum, family"))
    family_limit_met = MoneyField(label=_("Met so far"))

    ORDER = tuple(
        (f"{name}_met", name, _MORE_THAN_ALL)
        for name in ("deductible", "family_deductible", "limit", "family_limit")
    )


class LevelForm(InOrderForm):
    covered = forms.ChoiceField(choices=Known.choices, label=_("Covered"))
    prior_authorization = forms.ChoiceField(
        choices=Known.choices, label=_("Prior authorization needed")
    )
    deductible_applies = forms.ChoiceField(choices=Known.choices, label=_("Deductible applies"))
    copay = MoneyField(label=_("Copay"))
    copay_per = forms.ChoiceField(choices=choices.CopayPer.choices, label=_("Copay is for"))
    coinsurance = PercentField(label=_("Coinsurance, percent"))
    day_limit = DaysField(label=_("Days or visits a year, at most"))
    days_used = DaysField(label=_("Of these used"))
    charge = MoneyField(label=_("We charge a day"))
    allowed_low = MoneyField(label=_("Plan allows a day, from"))
    allowed_high = MoneyField(label=_("Plan allows a day, up to"))

    ORDER = (
        ("days_used", "day_limit", _("More days are used than there are? Please check both.")),
        ("allowed_low", "allowed_high", _("The first amount is the smaller one.")),
        ("allowed_high", "charge", _("A plan does not allow more than we charge.")),
        ("allowed_low", "charge", _("A plan does not allow more than we charge.")),
    )


@dataclass(frozen=True)
class NetworkPart:
    """The forms of one network: its amounts of the year, and one for each program."""

    network: Network
    amounts: NetworkForm
    levels: list[tuple[Program, LevelForm]]

    @property
    def forms(self) -> list[forms.Form]:
        return [self.amounts, *(level for _program, level in self.levels)]

    @property
    def is_open(self) -> bool:
        """Say whether something stands in it, or should: most plans pay in network only."""
        return self.network == Network.IN or any(form.has_changed() for form in self.forms)


class RecordForms:
    """All parts of the form; their names begin with one prefix, so that a draft finds them."""

    def __init__(
        self,
        programs: Iterable[Program],
        *,
        prefix: str,
        today: date,
        data=None,
        initial: Mapping | None = None,
    ):
        def part(form_class, name="", **kwargs):
            start = f"{name}-" if name else ""
            known = {
                key.removeprefix(start): value
                for key, value in (initial or {}).items()
                if key.startswith(start)
            }
            return form_class(
                data, initial=known, prefix=f"{prefix}-{name}" if name else prefix, **kwargs
            )

        programs = list(programs)
        self.header = part(HeaderForm, today=today)
        self.networks = [
            NetworkPart(
                network,
                part(NetworkForm, network.value),
                [
                    (program, part(LevelForm, f"{network.value}-{program.pk}"))
                    for program in programs
                ],
            )
            for network in Network
        ]

    @property
    def parts(self) -> list[forms.Form]:
        return [self.header, *(form for one in self.networks for form in one.forms)]

    def is_valid(self) -> bool:
        # Each is asked, so that everything that is wrong is said at once.
        answered = [part.is_valid() for part in self.parts]
        if not all(answered):
            return False
        covered = {
            form.cleaned_data["covered"] for one in self.networks for _program, form in one.levels
        }
        if covered <= {Known.UNKNOWN}:
            self.header.add_error(
                None,
                _("Say for at least one program whether it is covered, in or out of network."),
            )
        return not self.header.errors

    @property
    def figures(self) -> Figures:
        header = {**self.header.cleaned_data}
        header.pop("version")
        return Figures(
            header=header,
            networks={one.network: one.amounts.cleaned_data for one in self.networks},
            levels={
                (one.network, program): form.cleaned_data
                for one in self.networks
                for program, form in one.levels
            },
        )


def written(record: BenefitsRecord | None) -> dict:
    """Return what was recorded, by the names of the form."""
    if record is None:
        return {}
    found = {name: getattr(record, name) for name in HeaderForm.base_fields if name != "version"}
    for network in record.networks.all():
        start = network.network
        found |= {f"{start}-{name}": getattr(network, name) for name in NetworkForm.base_fields}
        for level in network.levels.all():
            start = f"{network.network}-{level.program_id}"
            found |= {f"{start}-{name}": getattr(level, name) for name in LevelForm.base_fields}
    return {name: value for name, value in found.items() if value not in (None, "")}


class CheckForm(ActionForm):
    """A step of a check that needs nothing but the version."""


class SendBackForm(ActionForm):
    reason = choose(choices.SentBack.choices, empty=_("Choose why…"), label=_("Why"))
    note = TextField(label=_("What to change"), max_length=1000, multiline=True)


class ExplainedForm(ActionForm):
    told = choose(choices.ExplainedTo.choices, empty=_("Choose to whom…"), label=_("Explained to"))


class WeeksForm(forms.Form):
    """For how long an estimate counts."""

    weeks = forms.IntegerField(
        label=_("Weeks of treatment"),
        min_value=1,
        max_value=MOST_WEEKS,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
