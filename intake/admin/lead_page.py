"""One lead's page in the order of a call: shown, acted on, and with an insurance block open."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import (
    audit,
    consent,
    crisis,
    drafts,
    leases,
    merging,
    offers,
    promise_clock,
    reachable,
    receipts,
    seats,
    spoken,
    staff_sessions,
    windows,
    workflow,
)
from intake.admin import actions, facts, outcomes, placing, reveal, timeline
from intake.admin.actions import FORMS
from intake.admin.stale import both_versions
from intake.cadence import Cadence
from intake.changes import Refused
from intake.choices import CheckStatus, ForWhom, WishKind
from intake.forms.staff import CarriedOutForm, PrintForm, StartCheckForm
from intake.models import Lead
from intake.notices import PART2_NOTICE
from intake.phones import Phone
from intake.promise_clock import Risk
from intake.promises import Clock
from programs.context import current_center


def show(
    model_admin,
    request,
    lead: Lead,
    *,
    refused=None,
    stale=(),
    new_pin="",
    revealed: reveal.Reveal | None = None,
    status=200,
):
    """Show the lead, and write down that it was seen.

    `refused` is (name, form) of what was not done: what was typed stays. `stale` are the
    events since the page was made from which that came. `new_pin` and
    what is `revealed` are shown this once; they go through no session, cookie or address.
    """
    at, user = timezone.now(), request.user
    workflow.prolong(lead, by=user, at=at)
    with transaction.atomic():
        if revealed:
            details = {"fields": revealed.fields, "reason": revealed.reason}
            audit.record(lead, audit.Action.REVEALED, by=user, at=at, **details)
        else:
            audit.record(lead, audit.Action.VIEWED, by=user, at=at)
    refused_name, refused_form = refused or ("", None)
    kept = drafts.recall(lead, by=user, at=at)
    forms = {**actions.fresh_forms(lead, user, kept, at=at), "print": print_form(lead, user)}
    if refused_name in FORMS or refused_name == "print":
        forms[refused_name] = refused_form
    known = facts_of(request, lead, at=at)
    events = timeline.events_of(lead)
    blocks = [
        reveal.block(
            verification,
            lead,
            user,
            is_open=revealed is not None and verification.pk in revealed.verifications,
            seen=lead.audit_seq,
            refused=refused_form if refused_name == str(verification.pk) else None,
        )
        for verification in reveal.rows_of(lead)
    ]
    if "close" in forms and known["sharing"]:
        blocks = [replace(block, start=_start_form(block, lead)) for block in blocks]
    clock, cadence = Clock.of(known["center"], at=at), Cadence.after(known["attempts"])
    tiles = []
    if "attempt" in forms:
        tiles = outcomes.tiles(forms["attempt"], lead, clock, cadence, at=at)
    promises = list(lead.promises.all())
    if any(record.lacks_reason for record in promises) and actions.may(user, "explain"):
        fresh = FORMS["explain"](initial={"version": lead.version}, prefix="explain")
        forms.setdefault("explain", fresh)
    context = {
        **model_admin.admin_site.each_context(request),
        **known,
        "is_nav_sidebar_enabled": False,
        "opts": model_admin.opts,
        "title": _("Lead %(reference)s") % {"reference": lead.reference},
        "blocks": blocks,
        "withdrawals": [(row, _carried_out_form(row, user)) for row in known["withdrawals"]],
        "events": events[: timeline.LOOKS],
        "timeline": timeline.entries(
            events,
            verifications=[block.verification for block in blocks],
            consents=[given for given, _is_in_force in known["consents"]],
            hand_overs=timeline.hand_overs_of(lead, events),
            **{name: known[name] for name in ("callbacks", "wishes", "attempts", "withdrawals")},
        ),
        "placed": placing.placed(
            lead,
            [given for given, _is_in_force in known["consents"]],
            may=actions.may(user, "refer"),
            at=at,
        ),
        "refused_share": refused_form if refused_name == "share-with" else None,
        "others": merging.others(lead),
        "at_hand": facts.at_hand(lead, at=at),
        "forms": {name.replace("-", "_"): form for name, form in forms.items()},
        "tiles": tiles,
        "dangers": _dangers(lead, known, blocks),
        "gives": actions.gives(lead, user, at=at),
        "kept": kept,
        "refused": refused_form,
        "stale": both_versions(lead, list(stale), refused_form) if stale else None,
        "texts": consent.current_texts(language=lead.language, at=at),
        "promises": promises,
        "pressing": promise_clock.pressing(lead, risk=Risk.of(clock)),
        "cadence": cadence,
        "promised": spoken.between(
            lead.promised_from, lead.promised_by, known["center"].time_zone, now=at
        ),
        "is_safe_now": windows.is_safe(lead.window, ZoneInfo(lead.timezone), at=at)
        or bool(known["appointment"] and known["appointment"].is_on(at)),
        "is_offered": offers.is_offered(lead, at=at),
        "is_calling_hour": reachable.is_calling_hour(lead, at=at),
        "is_being_called": leases.is_being_called(lead, at=at),
        "is_mine": reveal.is_owner(lead, user),
        "is_claimed": leases.is_claimed_by_another(lead, user, at=at),
        "is_held": leases.is_held_by_another(lead, user, at=at),
        # One button stands out: the next step of the call.
        "is_log_quiet": not forms.keys().isdisjoint({"calling", "claim"}),
        "new_pin": new_pin,
        "can_act": model_admin.has_change_permission(request, lead),
    }
    return TemplateResponse(request, "admin/intake/lead/page.html", context, status=status)


def facts_of(request, lead: Lead, *, at: datetime) -> dict:
    """Return what the page and the printed sheet both tell of a lead; nothing masked."""
    center = current_center(request)
    ours, theirs = center.time_zone, lead.timezone
    phone = Phone(lead.phone, lead.phone_extension)
    today = timezone.localdate(at)
    consents = list(lead.consents.select_related("text", "withdrawal", "terms"))
    wishes = list(lead.wishes.all())
    withdrawals = list(lead.withdrawals.select_related("recorded_by", "done_by"))
    return {
        "lead": lead,
        "is_two_people": lead.for_whom != ForWhom.SELF and bool(lead.for_whom or lead.patient_name),
        "center": center,
        "at": at,
        "phone": phone,
        "phone_written": phone.display(center.country),
        **_appointment_of(lead, ours, at=at),
        "callbacks": list(lead.callbacks.all()),
        "wishes": wishes,
        "owed": _owed(lead, wishes),
        "attempts": list(lead.attempts.select_related("by")),
        "consents": [(given, given.is_in_force(on=today)) for given in consents],
        "sharing": consent.sharing(consents, on=today),
        "withdrawals": withdrawals,
        "taken_back": {row.kind: row for row in withdrawals},
        "part2_notice": PART2_NOTICE,
        "their_zone": windows.zone_label(theirs),
        "our_zone": windows.zone_label(ours),
        "is_same_clock": at.astimezone(ZoneInfo(theirs)).utcoffset()
        == at.astimezone(ZoneInfo(ours)).utcoffset(),
        "their_time": spoken.time_of_day(at, theirs),
        "our_time": spoken.time_of_day(at, ours),
        "promised_there": spoken.between(lead.promised_from, lead.promised_by, theirs, now=at),
    }


def _owed(lead: Lead, wishes) -> list:
    """Return the copies and erasures that still have to be answered."""
    has_asked = any(wish.what == WishKind.PRIVACY for wish in wishes)
    return list(lead.privacy_requests.filter(done_at=None)) if has_asked else []


def _dangers(lead: Lead, known: dict, blocks) -> list[str]:
    """Return what the messages of a lead at the top may speak of."""
    if not lead.priority:
        return []
    sent = (*known["callbacks"], *(block.verification for block in blocks))
    messages = [*(row.message for row in sent), *(row.text for row in known["wishes"])]
    return [danger.label for danger in crisis.dangers_in(*messages)]


def _appointment_of(lead: Lead, our_zone: str, *, at: datetime) -> dict:
    """Return the appointment that is still to come, and when it is, here and there."""
    found = seats.of(lead)
    if found is None or found.ends_at <= at:
        return {"appointment": None}

    def spoken_in(zone):
        return spoken.between(found.starts_at, found.ends_at, zone, now=at)

    return {
        "appointment": found,
        "appointed": spoken_in(our_zone),
        "appointed_there": spoken_in(lead.timezone),
    }


def print_form(lead: Lead, user, data=None) -> PrintForm:
    return PrintForm(
        data,
        is_owner=reveal.is_owner(lead, user),
        may_reveal=user.has_perm(reveal.PERMISSION),
        prefix="print",
    )


def _start_form(block: reveal.Block, lead: Lead) -> StartCheckForm | None:
    if block.verification.check_status != CheckStatus.REQUESTED:
        return None
    initial = {"version": lead.version, "verification": block.verification.pk}
    return StartCheckForm(initial=initial, prefix="start-check", auto_id=False)


def _carried_out_form(row, user) -> CarriedOutForm | None:
    if row.done_at or not actions.may(user, "carried-out"):
        return None
    return CarriedOutForm(initial={"withdrawal": row.pk}, prefix="carried-out", auto_id=False)


def reveal_block(model_admin, request, lead: Lead, pk):
    """Show the page with one insurance form's masked details, this once.

    Reloading that page sends the same form again; it leads back to the masked page.
    """
    verification = get_object_or_404(reveal.rows_of(lead), pk=pk)
    form = reveal.form_for(pk, lead, request.user, request.POST)
    if not form.is_valid():
        return show(model_admin, request, lead, refused=(str(pk), form), status=422)
    if reveal.was_answered(lead, request.user, seen=form.cleaned_data["seen"]):
        messages.info(request, _("The details are masked again."))
        return redirect("admin:intake_lead_change", lead.pk)
    reason = form.cleaned_data.get("reason", "")
    revealed = reveal.Reveal.of([verification], reason=reason)
    return show(model_admin, request, lead, revealed=revealed)


def give(model_admin, request, lead: Lead, action: str):
    """Ask to which colleague the lead goes, on a page of its own."""
    if action not in actions.GIVES:
        raise Http404
    form, at = None, timezone.now()
    kept = drafts.recall(lead, by=request.user, at=at)
    if action in actions.gives(lead, request.user, at=at):
        initial = {**kept.get(action, {}), "version": lead.version}
        form = FORMS[action](initial=initial, prefix=action)
        colleagues = form.fields["to"]
        if action == "hand-over":
            colleagues.queryset = colleagues.queryset.exclude(pk=request.user.pk)
    context = {
        **model_admin.admin_site.each_context(request),
        "is_nav_sidebar_enabled": False,
        "opts": model_admin.opts,
        "title": actions.GIVES[action],
        "subtitle": lead.reference,
        "lead": lead,
        "action": action,
        "form": form,
        "kept": kept,
    }
    return TemplateResponse(request, "admin/intake/lead/give.html", context)


def act(model_admin, request, lead: Lead, action: str):
    """Take one action on the lead; a refused one is shown with everything typed."""
    if action not in FORMS:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = FORMS[action](request.POST, prefix=action)
    if not form.is_valid():
        return show(model_admin, request, lead, refused=(action, form), status=422)
    if action == "new-pin":
        pin = receipts.issue_new_pin(lead, by=request.user, at=timezone.now())
        return show(model_admin, request, lead, new_pin=pin)
    try:
        said = actions.do(action, lead, form.cleaned_data, by=request.user)
    except Refused as refusal:
        lead = model_admin.get_object(request, str(lead.pk))
        typed = request.POST.copy()
        typed[f"{action}-version"] = lead.version
        form = FORMS[action](typed, prefix=action)
        form.add_error(None, str(refusal))
        with suppress(drafts.TooLong):
            written = drafts.typed_in(request.POST, action)
            drafts.keep(lead, action, written, by=request.user, at=timezone.now())
        stale = getattr(refusal, "events", ())
        return show(model_admin, request, lead, refused=(action, form), stale=stale, status=409)
    drafts.erase(lead, action, by=request.user)
    # While one is on the phone, the idle clock stands still.
    if action == "calling":
        staff_sessions.begin_call(request, at=timezone.now())
    elif action in ("attempt", "close", "release", "hand-over"):
        staff_sessions.end_call(request)
    messages.success(request, said)
    return redirect("admin:intake_lead_change", lead.pk)
