"""The benefits check of an insurance form: it starts only with the patient's consent.

Asking an insurer tells it that somebody sought treatment: a disclosure under 42 CFR part 2.
"""

from datetime import date, datetime

from django.utils.translation import gettext as _

from intake import audit, changes, consent, workflow
from intake.changes import Refused
from intake.choices import CheckStatus
from intake.models import InsuranceVerification


def start(
    verification: InsuranceVerification, *, version: int, by, at: datetime, today: date
) -> None:
    """Begin to ask the insurer."""
    details = {"version": version, "by": by, "at": at, "fields": ["check_status"]}
    with changes.change(verification.lead, audit.Action.CHECK_STARTED, **details) as held:
        workflow.must_be_free(held, by, at=at)
        consents = held.consents.select_related("text")
        if consent.sharing(consents, on=today) is None:
            raise Refused(
                _(
                    "The patient’s consent is outstanding. Nothing may be asked of the insurance "
                    "company before the patient has signed; record the signed consent first."
                )
            )
        waiting = held.verifications.filter(pk=verification.pk, check_status=CheckStatus.REQUESTED)
        if not waiting.update(check_status=CheckStatus.IN_PROGRESS):
            raise Refused(_("This benefits check has started already."))
