"""The benefits check of an insurance form: asked, written down, approved, explained.

It starts only with the patient's consent: asking an insurer tells it that somebody sought
treatment, a disclosure under 42 CFR part 2. Benefits have a queue of their own, so none of
this waits for whoever holds the lead.
"""

from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from intake import audit, changes, consent
from intake.changes import Refused
from intake.choices import CheckStatus, ExplainedTo, Network, SentBack
from intake.models import BenefitsRecord, InsuranceVerification, LevelBenefits, NetworkBenefits
from intake.promises import Clock
from programs.models import Center, Program

Action = audit.Action

# From where one can ask (again).
STARTABLE = (CheckStatus.REQUESTED, CheckStatus.APPROVED, CheckStatus.EXPLAINED)


@dataclass(frozen=True)
class Figures:
    """What the insurance company said: columns of the record, of each network, of each level."""

    header: Mapping
    networks: Mapping[Network, Mapping]
    levels: Mapping[tuple[Network, Program], Mapping]

    def names(self) -> set[str]:
        """Return the names of what is known."""
        rows = [self.header, *self.networks.values(), *self.levels.values()]
        return {name for row in rows for name, value in row.items() if value not in (None, "")}


def start(
    verification: InsuranceVerification, *, version: int, by, at: datetime, today: date
) -> BenefitsRecord:
    """Begin to ask the insurer, for the first time or again."""
    details = {"version": version, "by": by, "at": at}
    with _step(verification, Action.CHECK_STARTED, CheckStatus.IN_PROGRESS, **details) as form:
        consents = form.lead.consents.select_related("text")
        if consent.sharing(consents, on=today) is None:
            raise Refused(
                _(
                    "The patient’s consent is outstanding. Nothing may be asked of the insurance "
                    "company before the patient has signed; record the signed consent first."
                )
            )
        if form.check_status not in STARTABLE:
            raise Refused(_("This benefits check has started already."))
        return BenefitsRecord.objects.create(verification=form, started_at=at, started_by=by)


def record(
    verification: InsuranceVerification,
    figures: Figures,
    *,
    version: int,
    by,
    at: datetime,
    today: date,
) -> BenefitsRecord:
    """Write down what the insurance company said; what was written down before is replaced."""
    details = {"version": version, "by": by, "at": at, "fields": figures.names()}
    with _step(verification, Action.CHECK_RECORDED, CheckStatus.RECORDED, **details) as form:
        if form.check_status not in (CheckStatus.IN_PROGRESS, CheckStatus.RECORDED):
            raise Refused(_("Start the benefits check first: what was approved is not rewritten."))
        row = current(form) or BenefitsRecord(verification=form, started_at=at, started_by=by)
        for name, value in figures.header.items():
            setattr(row, name, value)
        _must_count(row, today)
        row.recorded_at, row.recorded_by = at, by
        row.sent_back_for, row.sent_back_note, row.sent_back_by = "", "", None
        row.save()
        row.networks.all().delete()
        _write_rows(row, figures)
    return row


def _write_rows(row: BenefitsRecord, figures: Figures) -> None:
    networks = {
        network: NetworkBenefits(record=row, network=network, **columns)
        for network, columns in figures.networks.items()
    }
    NetworkBenefits.objects.bulk_create(networks.values())
    LevelBenefits.objects.bulk_create(
        LevelBenefits(
            network=networks[network],
            program=program,
            level=f"{program.short_name} {program.level_code}",
            **columns,
        )
        for (network, program), columns in figures.levels.items()
    )


def send_back(
    verification: InsuranceVerification,
    *,
    version: int,
    by,
    at: datetime,
    reason: SentBack,
    note: str = "",
) -> None:
    """Ask for a correction instead of approving."""
    details = {"version": version, "by": by, "at": at, "reason": reason}
    with _step(verification, Action.CHECK_RETURNED, CheckStatus.IN_PROGRESS, **details) as form:
        row = _recorded(form)
        row.sent_back_for, row.sent_back_note, row.sent_back_by = reason, note, by
        row.save(update_fields=["sent_back_for", "sent_back_note", "sent_back_by"])


def approve(
    verification: InsuranceVerification, *, version: int, by, at: datetime, today: date
) -> None:
    """Stand for what was recorded: a second pair of eyes, where one is asked for."""
    details = {"version": version, "by": by, "at": at}
    with _step(verification, Action.CHECK_APPROVED, CheckStatus.APPROVED, **details) as form:
        row = _recorded(form)
        if row.recorded_by_id == by.pk and needs_second_person(at=at):
            raise Refused(_("You recorded these benefits. Somebody else has to approve them."))
        _must_count(row, today)
        row.approved_at, row.approved_by = at, by
        row.save(update_fields=["approved_at", "approved_by"])


def explain(
    verification: InsuranceVerification,
    *,
    version: int,
    by,
    at: datetime,
    today: date,
    told: ExplainedTo,
) -> None:
    """Note that the benefits were explained, and to whom."""
    details = {"version": version, "by": by, "at": at}
    with _step(verification, Action.CHECK_EXPLAINED, CheckStatus.EXPLAINED, **details) as form:
        if form.check_status != CheckStatus.APPROVED:
            raise Refused(_("Only approved benefits are explained."))
        row = current(form)
        _must_count(row, today)
        row.explained_at, row.explained_by, row.explained_to = at, by, told
        row.save(update_fields=["explained_at", "explained_by", "explained_to"])


def current(verification: InsuranceVerification) -> BenefitsRecord | None:
    """Return the newest asking, which is the one that counts."""
    return verification.records.first()


def form_name(verification: InsuranceVerification) -> str:
    """Return the name of the form and of its draft: a lead may have several checks."""
    return f"record-{verification.pk.hex[:8]}"


def needs_second_person(*, at: datetime) -> bool:
    """Say whether who recorded may not approve: a setting, which can leave out the night."""
    if settings.BENEFITS_SECOND_PERSON != "by-day":
        return settings.BENEFITS_SECOND_PERSON == "always"
    return Clock.of(Center.objects.get(), at=at).desk.is_open(at)


@contextmanager
def _step(
    verification: InsuranceVerification,
    action: Action,
    to: CheckStatus,
    *,
    version: int,
    by,
    at: datetime,
    fields: Iterable[str] = (),
    reason: str = "",
):
    """Hold the lead while the body takes the check one step further, or refuses to."""
    details = {"version": version, "by": by, "at": at, "reason": reason}
    names = ["check_status", *fields]
    with changes.change(verification.lead, action, fields=names, **details) as held:
        if not held.is_open:
            raise Refused(_("This lead is closed. Reopen it first."))
        form = held.verifications.filter(pk=verification.pk).first()
        if form is None:
            raise Refused(_("This is not part of this lead any more."))
        yield form
        form.check_status = to
        form.save(update_fields=["check_status"])


def _recorded(form: InsuranceVerification) -> BenefitsRecord:
    if form.check_status != CheckStatus.RECORDED:
        raise Refused(_("Nothing waits for approval here."))
    return current(form)


def _must_count(row: BenefitsRecord, today: date) -> None:
    if row.expires_on is None or row.is_expired(on=today):
        raise Refused(
            _("These benefits can’t be relied on any more. Ask the insurance company again.")
        )
