"""The actions on a lead's page: their forms, who may take them, and what each one does."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from intake import (
    agreements,
    benefits,
    consent,
    leases,
    merging,
    moving,
    priorities,
    promise_clock,
    promise_keeping,
    reachable,
    spoken,
    workflow,
)
from intake.admin import outcomes, placing
from intake.changes import Refused
from intake.forms import staff
from intake.models import Lead

FORMS = {
    "claim": staff.ActionForm,
    "release": staff.ActionForm,
    "reopen": staff.ActionForm,
    "new-pin": staff.ActionForm,
    "calling": staff.CallingForm,
    "attempt": staff.AttemptForm,
    "hand-over": staff.HandOverForm,
    "move": staff.MoveForm,
    "close": staff.CloseForm,
    "lift": staff.LiftForm,
    "lower": staff.LowerForm,
    "explain": staff.ExplainForm,
    "link": staff.OtherForm,
    "unlink": staff.ActionForm,
    "merge": staff.OtherForm,
    "unmerge": staff.ActionForm,
    "permit": staff.PermitForm,
    "may-know": staff.MayKnowForm,
    "sharing": staff.SharingForm,
    "withdraw": staff.WithdrawForm,
    "carried-out": staff.CarriedOutForm,
    "start-check": staff.StartCheckForm,
    **placing.FORMS,
}
# Their forms stand on a page of their own, which asks for all colleagues.
GIVES = {"hand-over": _lazy("Hand over to a colleague"), "move": _lazy("Move this lead")}
# What an action asks for, where it is not the permission to change leads.
PERMISSIONS = {
    "move": "intake.move_lead",
    "withdraw": "intake.add_withdrawal",
    "carried-out": "intake.change_withdrawal",
    "explain": "intake.manage_lead",
}


def may(user, action: str) -> bool:
    return user.has_perm(PERMISSIONS.get(action, "intake.change_lead"))


def offered(lead: Lead, user, *, at: datetime) -> list[str]:
    """Return the actions that make sense now; `workflow` has the last word."""
    always = ["new-pin", "permit", "may-know", "sharing", "withdraw"]
    if lead.priority:
        always.append("lower")
    if lead.merged_into_id:
        return ["unmerge", *always]
    if not lead.is_open:
        return ["reopen", *always]
    if not lead.priority:
        always.append("lift")
    always.append("move")
    if leases.is_held_by_another(lead, user, at=at):
        return always
    is_on_the_phone = leases.is_being_called(lead, at=at)
    call = ["calling"] if lead.call_ok and not is_on_the_phone else []
    if lead.owner_id != user.pk:
        mine = ["claim"]
    else:
        mine = ["hand-over"] if lead.reached_at else ["release", "hand-over"]
    return [*mine, *call, "attempt", "close", *placing.offered(lead), *always]


def gives(lead: Lead, user, *, at: datetime) -> list[str]:
    """Return in which ways this user can give the lead to a colleague now."""
    return [name for name in offered(lead, user, at=at) if name in GIVES and may(user, name)]


def fresh_forms(lead: Lead, user, kept: dict, *, at: datetime) -> dict:
    """Return the forms of what this user can do now, by action, with what was `kept` as a draft."""
    forms = {
        name: FORMS[name](initial={**kept.get(name, {}), "version": lead.version}, prefix=name)
        for name in offered(lead, user, at=at)
        if may(user, name) and name not in GIVES
    }
    if reachable.is_calling_hour(lead, at=at):
        for name in {"calling", "attempt"} & forms.keys():
            del forms[name].fields["hours_reason"]
    if "attempt" in forms and not promise_clock.lacks_reason(lead, at=at):
        del forms["attempt"].fields["late_because"]
    if "attempt" in forms:
        outcomes.narrow(forms["attempt"], lead)
    if "refer" in forms:
        forms["refer"].initial.setdefault(
            "check_back_on", timezone.localdate(at) + placing.CHECK_BACK_AFTER
        )
    if "may-know" in forms:
        forms["may-know"].initial = {"may_know": lead.may_know, **forms["may-know"].initial}
    if "sharing" in forms:
        today = timezone.localdate(at)
        forms["sharing"].initial |= {
            "patient_name": lead.patient_name,
            "recipient": _("The insurance company on the card or form"),
            "what": _(
                "Name, date of birth, insurance numbers, that treatment was asked for here, "
                "and the level of care"
            ),
            "purpose": _("To check the benefits of the plan and explain them to the patient"),
            "signed_on": today,
            "expires_on": today + consent.SHARING_LASTS,
        }
    return forms


def do(action: str, lead: Lead, data: dict, *, by) -> str:
    """Take the action and return what to tell staff: also what happens next."""
    at, version = timezone.now(), data.pop("version", None)
    today = timezone.localdate(at)
    match action:
        case "claim":
            workflow.claim(lead, version=version, by=by, at=at)
            return leases.said_on_claim(lead)
        case "release":
            workflow.release(lead, version=version, by=by, at=at)
            return _("Given back to the queue.")
        case "hand-over":
            moving.hand_over(lead, version=version, by=by, at=at, **data)
            return _("It is %(name)s’s now.") % {"name": _name(data["to"])}
        case "move":
            moving.move(lead, version=version, by=by, at=at, **data)
            if data["to"] is None:
                return _("Given back to the queue.")
            return _("It is %(name)s’s now.") % {"name": _name(data["to"])}
        case "reopen":
            workflow.reopen(lead, version=version, by=by, at=at)
            return _("Open again, and due now.")
        case "calling":
            workflow.start_call(lead, version=version, by=by, at=at, **data)
            minutes = {"minutes": _minutes(leases.CALL_LEASE)}
            return _("Held for you for %(minutes)d minutes, until you log what came of it.") % (
                minutes
            )
        case "attempt":
            attempt = workflow.log_attempt(lead, version=version, by=by, at=at, **data)
            due, zone = attempt.lead.due_at, timezone.get_current_timezone_name()
            return _("Logged. The next step is due at %(time)s, %(day)s.") % {
                "day": spoken.short_day(due, zone, now=at),
                "time": spoken.time_of_day(due, zone),
            }
        case "close":
            may_give_up = by.has_perm("intake.manage_lead")
            workflow.close(lead, version=version, by=by, at=at, may_give_up=may_give_up, **data)
            return _("Closed.")
        case "lift":
            priorities.lift(lead, version=version, by=by, at=at, **data)
            return _("It stands at the top of the queue now, with a red mark.")
        case "lower":
            priorities.lower(lead, version=version, by=by, at=at, **data)
            return _("It stands in its usual place again.")
        case "explain":
            promise_keeping.explain(lead, version=version, by=by, at=at, **data)
            return _("The reason is recorded.")
        case "link":
            merging.link(lead, _other(data), version=version, by=by, at=at)
            return _("Noted as the same person. Both leads go on.")
        case "unlink":
            merging.unlink(lead, version=version, by=by, at=at)
            return _("Noted as two people.")
        case "merge":
            other = _other(data)
            merging.merge(lead, other, version=version, by=by, at=at)
            return _("Merged. Work goes on with %(reference)s; you can undo it here.") % {
                "reference": other.reference
            }
        case "unmerge":
            merging.unmerge(lead, version=version, by=by, at=at)
            return _("Taken apart again.")
        case "permit":
            agreements.permit(lead, version=version, by=by, at=at, **data)
            return _("The permission is recorded.")
        case "may-know":
            agreements.set_may_know(lead, version=version, by=by, at=at, **data)
            return _("Written down. Everybody at the desk sees it beside the number.")
        case "sharing":
            agreements.record_sharing(lead, version=version, by=by, at=at, today=today, **data)
            return _("The patient’s consent is recorded. The benefits check can start.")
        case "withdraw":
            rows = agreements.withdraw(lead, by=by, at=at, today=today, **data)
            return _("Taken back, and hidden here from now on. Everywhere else until %(day)s.") % {
                "day": spoken.calendar_day(min(row.honour_by for row in rows)),
            }
        case "carried-out":
            withdrawal = lead.withdrawals.filter(pk=data["withdrawal"]).first()
            _must_exist(withdrawal)
            agreements.carry_out(withdrawal, by=by, at=at)
            return _("Carried out everywhere.")
        case "start-check":
            verification = lead.verifications.filter(pk=data["verification"]).first()
            _must_exist(verification)
            benefits.start(verification, version=version, by=by, at=at, today=today)
            return _("The benefits check has started.")
        case _further:
            return placing.do(action, lead, data, version=version, by=by, at=at)


def _name(user) -> str:
    return user.get_full_name() or user.get_username()


def _minutes(time: timedelta) -> int:
    return time.seconds // 60


def _other(data: dict) -> Lead:
    other = Lead.objects.filter(pk=data["other"]).first()
    _must_exist(other)
    return other


def _must_exist(row) -> None:
    if row is None:
        raise Refused(_("This is not part of this lead any more."))
