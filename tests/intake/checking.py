"""How tests check benefits: what an insurance company says, and each step up to the family."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from intake import benefits
from intake.benefits import Figures
from intake.choices import Known, Network
from intake.models import InsuranceVerification, Lead
from programs.models import Center, Program
from tests import builders
from tests.intake import desk

QUEUE = "/admin/intake/benefitscheck/"
SAID = {"representative": "Rita Answerly", "call_reference": "REF-90210", "notes": "Says Rita."}


def today() -> date:
    """Return the day it is at the center, which is not always the day it is here."""
    return timezone.localdate(timezone=ZoneInfo(Center.objects.get().time_zone))


def patients_lead(**contact) -> Lead:
    """Return the lead of somebody who sent their own insurance form and signed to share it."""
    Program.objects.filter(slug="iop").exists() or builders.program()
    usual = {"for_whom": "self", "name": "Zora", "timezone": builders.zone_where_it_is(14)}
    lead = builders.lead(**usual | contact)
    nonce = f"of {lead.reference}"
    desk.send_insurance(lead, images=1, nonce=nonce, member_id="SYN123456", share_ok=True)
    lead.refresh_from_db()
    return lead


def check_of(lead: Lead) -> InsuranceVerification:
    return InsuranceVerification.objects.select_related("lead").get(lead=lead)


def page_of(check) -> str:
    return reverse("admin:intake_benefitscheck_change", args=[check.pk])


def form_of(check) -> str:
    return reverse("admin:intake_benefitscheck_record", args=[check.pk])


def press(client, check, action: str, *, version: int | None = None, **answers):
    """Take one step of the check, from a page of the lead as it stands now."""
    if version is None:
        version = Lead.objects.values_list("version", flat=True).get(pk=check.lead_id)
    data = {f"{action}-{name}": value for name, value in {"version": version, **answers}.items()}
    return client.post(reverse("admin:intake_benefitscheck_act", args=[check.pk, action]), data)


def typed(check, *, version: int | None = None, **answers) -> dict:
    """Return what is sent when a call of today is written down; `in_` and `iop_` name its parts."""
    if version is None:
        version = Lead.objects.values_list("version", flat=True).get(pk=check.lead_id)
    iop = Program.objects.get(slug="iop").pk
    unknown = {}
    for network in Network.values:
        for program in Program.objects.all():
            start = f"{network}-{program.pk}"
            for name in ("covered", "prior_authorization", "deductible_applies"):
                unknown[f"{start}-{name}"] = "unknown"
            unknown[f"{start}-copay_per"] = "day"
    usual = unknown | {
        "version": version,
        "asked_on": today(),
        "asked_how": "phone",
        "expires_on": today() + timedelta(days=20),
        **SAID,
        "in_deductible": "$1,500.00",
        "in_deductible_met": "600",
        "in_limit": "4000",
        "in_limit_met": "1000",
        "iop_covered": "yes",
        "iop_prior_authorization": "yes",
        "iop_deductible_applies": "yes",
        "iop_coinsurance": "20 %",
        "iop_day_limit": "40",
        "iop_days_used": "0",
        "iop_allowed_low": "300",
        "iop_allowed_high": "400",
    }
    sent = {}
    for name, value in (usual | answers).items():
        name = name.replace("iop_", f"in-{iop}-", 1) if name.startswith("iop_") else name
        name = name.replace("in_", "in-", 1) if name.startswith("in_") else name
        sent[f"{benefits.form_name(check)}-{name}"] = value
    return sent


def send(client, check, **answers):
    return client.post(form_of(check), typed(check, **answers))


def figures(**header) -> Figures:
    """Return figures in which every column is filled in, one of them with zero."""
    program = Program.objects.filter(slug="iop").first() or builders.program()
    usual = {
        "asked_on": today(),
        "asked_how": "phone",
        **SAID,
        "manager": "Carve Out Ltd, 916-555-0144",
        "renews_on": today() + timedelta(days=90),
        "expires_on": today() + timedelta(days=20),
    }
    amounts = {
        "deductible": Decimal("1500"),
        "deductible_met": Decimal("0"),
        "family_deductible": Decimal("3000.50"),
        "family_deductible_met": Decimal("700"),
        "limit": Decimal("4000"),
        "limit_met": Decimal("900"),
        "family_limit": Decimal("8000"),
        "family_limit_met": Decimal("1300"),
    }
    level = {
        "covered": Known.YES,
        "prior_authorization": Known.YES,
        "deductible_applies": Known.YES,
        "copay": Decimal("25"),
        "coinsurance": Decimal("20"),
        "day_limit": Decimal("40"),
        "days_used": Decimal("3"),
        "allowed_low": Decimal("300"),
        "allowed_high": Decimal("400"),
        "charge": Decimal("700"),
    }
    return Figures(usual | header, {Network.IN: amounts}, {(Network.IN, program): level})


def write_down(check, *, by, **header):
    """Bring a check to where somebody has written benefits down; return the record."""
    at = timezone.now()
    check.check_status = "in_progress"
    check.save(update_fields=["check_status"])
    details = {"version": None, "by": by, "at": at, "today": today()}
    return benefits.record(check, figures(**header), **details)


def approve(check, *, by) -> None:
    details = {"version": None, "by": by, "at": timezone.now(), "today": today()}
    benefits.approve(check, **details)
