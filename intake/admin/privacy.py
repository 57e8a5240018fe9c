"""Copies, erasures and legal holds of a lead, for those who may; and what is left of it."""

import base64

from csp.decorators import csp_update
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from intake import copies, journal, parts, privacy_requests, retention
from intake.changes import Refused
from intake.choices import Part
from intake.forms.privacy import AnsweredForm, CopyForm, EraseForm, HoldForm, LiftForm
from intake.models import Lead
from intake.notices import PART2_NOTICE

# What each action needs.
FORMS = {
    "copy": (CopyForm, "intake.forget_lead"),
    "erase": (EraseForm, "intake.forget_lead"),
    "hold": (HoldForm, "intake.hold_lead"),
    "lift": (LiftForm, "intake.hold_lead"),
    "answered": (AnsweredForm, "intake.change_privacyrequest"),
}


class PrivacyPages:
    """The part of the lead's admin that answers privacy requests."""

    def privacy_urls(self) -> list:
        def page(view):
            return self.admin_site.admin_view(never_cache(view))

        return [
            path("<uuid:pk>/privacy/", page(self.privacy), name="intake_lead_privacy"),
            path(
                "<uuid:pk>/privacy/<slug:action>/",
                page(self.act_on_privacy),
                name="intake_lead_privacy_act",
            ),
        ]

    @method_decorator(require_safe)
    def privacy(self, request, pk):
        return self._show_privacy(request, self._lead(request, pk))

    # The photos stand in the page itself, so that it can be kept and printed whole.
    @method_decorator([require_POST, csp_update({"img-src": ["data:"]})])
    def act_on_privacy(self, request, pk, action):
        lead = self._lead(request, pk)
        if action not in self._offered(request, lead):
            raise PermissionDenied if action in FORMS else Http404
        form = self._form(action, lead, data=request.POST)
        if not form.is_valid():
            return self._show_privacy(request, lead, {action: form}, status=422)
        try:
            return getattr(self, f"_{action}")(request, lead, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except journal.Unwritable:
            form.add_error(
                None,
                _(
                    "Nothing was erased: the journal of erasures cannot be written. "
                    "Please tell whoever runs this site."
                ),
            )
        lead = self.get_object(request, str(pk))
        return self._show_privacy(request, lead, {action: form}, status=409)

    def tombstone(self, request, lead: Lead):
        """Show what an erasure left: that there was a request, when, and how it ended."""
        context = {
            "title": _("Lead %(reference)s") % {"reference": lead.reference},
            "events": lead.audit_events.select_related("by").order_by("-seq")[:40],
        }
        return self._render(request, "admin/intake/lead/tombstone.html", lead, context)

    def _offered(self, request, lead: Lead) -> list[str]:
        if lead.erased_at:
            return []
        absent = {"hold" if lead.legal_hold else "lift"}
        if not lead.privacy_requests.exists():
            absent.add("answered")
        return [
            action
            for action, (_form, permission) in FORMS.items()
            if request.user.has_perm(permission) and action not in absent
        ]

    def _form(self, action: str, lead: Lead, **kwargs):
        is_request = FORMS[action][1] == "intake.forget_lead"
        more = {"are_apart": parts.are_apart(lead)} if is_request else {}
        return FORMS[action][0](prefix=action, **more, **kwargs)

    def _show_privacy(self, request, lead: Lead, answered=None, *, status=200):
        if lead.erased_at:
            return redirect("admin:intake_lead_change", lead.pk)
        offered = self._offered(request, lead)
        if not offered:
            raise PermissionDenied
        forms = {action: self._form(action, lead) for action in offered} | (answered or {})
        context = {
            "title": _("Privacy of %(reference)s") % {"reference": lead.reference},
            "forms": forms,
            "refused": answered and next(iter(answered.values())),
            "are_apart": parts.are_apart(lead),
            "asked": self._asked(lead, forms.get("answered")),
        }
        return self._render(request, "admin/intake/lead/privacy.html", lead, context, status)

    def _asked(self, lead: Lead, form) -> list:
        """Return what the person asked for, each that is open with its form, for who may."""
        rows = list(lead.privacy_requests.select_related("done_by"))
        if form is None:
            return [(row, None) for row in rows]
        return [(row, None if row.done_at else self._answer_to(row, form)) for row in rows]

    def _answer_to(self, row, form: AnsweredForm) -> AnsweredForm:
        if form.is_bound and form["request"].value() == str(row.pk):
            return form
        return AnsweredForm(
            prefix="answered", auto_id=f"{row.what}_%s", initial={"request": row.pk}
        )

    def _render(self, request, template, lead, context, status=200):
        usual = {
            **self.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "opts": self.opts,
            "lead": lead,
        }
        return TemplateResponse(request, template, usual | context, status=status)

    # What the forms do

    def _copy(self, request, lead, form):
        at = timezone.now()
        sections = copies.make(
            lead, form.whose, by=request.user, at=at, reason=form.cleaned_data["checked"]
        )
        if "json" in request.POST:
            return _json(lead, sections, at)
        context = {
            "title": _("Copy of %(reference)s") % {"reference": lead.reference},
            "sections": [
                (section, [(card, _encoded(card)) for card in section.cards])
                for section in sections
            ],
            "part2_notice": PART2_NOTICE,
            "at": at,
            "is_part": parts.are_apart(lead),
        }
        return self._render(request, "admin/intake/lead/copy.html", lead, context)

    def _erase(self, request, lead, form):
        retention.erase(
            lead,
            part=form.whose,
            by=request.user,
            at=timezone.now(),
            reason=form.cleaned_data["checked"],
        )
        said = _("Erased.") if form.whose == Part.BOTH else _("Erased: %(part)s data.")
        messages.success(request, said % {"part": form.whose.label})
        return redirect("admin:intake_lead_change", lead.pk)

    def _answered(self, request, lead, form):
        row = lead.privacy_requests.filter(pk=form.cleaned_data["request"]).first()
        if row is None:
            raise Refused(_("This is not part of this lead any more."))
        note = form.cleaned_data["note"]
        privacy_requests.answer(row, by=request.user, at=timezone.now(), note=note)
        messages.success(request, _("Answered."))
        return redirect("admin:intake_lead_privacy", lead.pk)

    def _hold(self, request, lead, form):
        reason = form.cleaned_data["reason"]
        retention.hold(lead, by=request.user, at=timezone.now(), reason=reason)
        messages.success(request, _("On legal hold: nothing of this lead is erased."))
        return redirect("admin:intake_lead_privacy", lead.pk)

    def _lift(self, request, lead, form):
        reason = form.cleaned_data["reason"]
        retention.lift_hold(lead, by=request.user, at=timezone.now(), reason=reason)
        messages.success(request, _("The legal hold is lifted."))
        return redirect("admin:intake_lead_privacy", lead.pk)


def _json(lead: Lead, sections: list[copies.Section], at) -> JsonResponse:
    """Return the copy for a machine, under a name that says nothing about anybody."""
    content = {
        "reference": lead.reference,
        "made_at": at,
        "notice": str(PART2_NOTICE),
        "sections": [
            {
                "kind": section.name,
                **{fact.name: fact.value for fact in section.facts},
                "cards": [
                    {"side": card.side, "page": card.page, "jpeg": _encoded(card)}
                    for card in section.cards
                ],
            }
            for section in sections
        ],
    }
    response = JsonResponse(content, json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="copy-{lead.reference}.json"'
    return response


def _encoded(card) -> str:
    return base64.b64encode(card.jpeg).decode()
