"""What a privacy officer does in the tests, and a lead in which two people are named."""

from django.urls import reverse

from intake import workflow
from intake.choices import Channel, Outcome
from intake.models import Lead
from tests import builders
from tests.intake import desk
from tests.intake.acting import act

CALLERS = {"name": "Maria Luz", "email": "maria@example.org", "ask_for": "Mia"}
PATIENTS = {"patient_name": "Tomás Luz"}
INSURANCE = {"member_id": "SYN123456", "group_number": "G-77", "holder_name": "Pilar Luz"}
MESSAGE, MESSAGE_TOO, NOTE = "He uses fentanyl.", "His card is new.", "She said he relapsed."


def sign_in(client, name: str = "olga", *groups: str):
    return desk.sign_in(client, name, *(groups or ["Privacy officers"]))


def lead_of_two(*, by, is_open: bool = False) -> Lead:
    """Return a lead of a mother about her son, with insurance, two photos and a note."""
    lead = builders.lead(
        **CALLERS, **PATIENTS, for_whom="loved_one", relationship="parent", is_adult="yes",
        timezone=builders.zone_where_it_is(14),
        program=builders.program(), message=MESSAGE,
    )  # fmt: skip
    desk.send_insurance(lead, images=2, **INSURANCE, message=MESSAGE_TOO, share_ok=True)
    at = lead.received_at
    contact = {"channel": Channel.CALL, "outcome": Outcome.REACHED, "note": NOTE}
    act(workflow.log_attempt, lead, by=by, at=at, **contact)
    if not is_open:
        act(workflow.close, lead, by=by, at=at, disposition="not_a_fit")
    return lead


def page_of(lead) -> str:
    return reverse("admin:intake_lead_privacy", args=[lead.pk])


def ask(client, lead, action: str, *, button: str = "", **answers):
    """Send one of the forms of the privacy page."""
    usual = {"checked": "called_back"} if action in ("copy", "erase") else {}
    data = {f"{action}-{name}": value for name, value in (usual | answers).items()}
    if button:
        data[button] = "1"
    address = reverse("admin:intake_lead_privacy_act", args=[lead.pk, action])
    return client.post(address, data)


def erase(client, lead, **answers):
    return ask(client, lead, "erase", is_sure="on", **answers)
