"""Leads that may be one person's, side by side; seeing them is written down for each."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import audit, merging
from intake.admin import actions
from intake.forms.staff import ActionForm, OtherForm
from intake.models import Lead


@dataclass(frozen=True)
class Row:
    """One fact, lead by lead; `is_same` where each of them says the same."""

    label: str
    values: list[str]

    @property
    def is_same(self) -> bool:
        return bool(self.values[0]) and len(set(self.values)) == 1


@dataclass(frozen=True)
class Column:
    """One of the others, and what can be done about it from here."""

    lead: Lead
    link: OtherForm | None
    merge_this: OtherForm | None
    merge_that: OtherForm | None
    unmerge: ActionForm | None


def show(model_admin, request, lead: Lead):
    """Answer with the lead beside all that may be the same person's."""
    at, user = timezone.now(), request.user
    found = merging.others(lead)
    with transaction.atomic():
        for one in (lead, *found):
            audit.record(one, audit.Action.VIEWED, by=user, at=at)
    everyone = [lead, *found]
    prefetch_related_objects(everyone, "callbacks", "program")
    may = actions.may(user, "merge")
    context = {
        **model_admin.admin_site.each_context(request),
        "is_nav_sidebar_enabled": False,
        "opts": model_admin.opts,
        "title": _("Is it the same person as %(reference)s?") % {"reference": lead.reference},
        "lead": lead,
        "columns": [_column(lead, one, may=may) for one in found],
        "rows": _rows(everyone),
        "unlink": may and lead.possibly_same_id and _form(ActionForm, lead, prefix="unlink"),
    }
    return TemplateResponse(request, "admin/intake/lead/same.html", context)


def _rows(leads: list[Lead]) -> list[Row]:
    def row(label, value):
        return Row(label, [str(value(one) or "") for one in leads])

    return [
        row(_("Came by"), lambda one: one.get_arrival_display()),
        row(_("Name"), lambda one: one.name),
        # The last digits tell two numbers apart; the whole one stands beside its script.
        row(_("Phone, last digits"), lambda one: one.phone and f"…{one.phone[-4:]}"),
        row(_("Email"), lambda one: one.email),
        row(_("Who needs help"), lambda one: one.needs_help),
        row(_("The caller is"), lambda one: one.get_relationship_display()),
        row(_("Patient"), lambda one: one.patient_name),
        row(_("Program"), lambda one: one.program),
        row(_("Language"), lambda one: one.get_language_display()),
        row(_("Wants the call"), lambda one: one.get_window_display()),
        row(_("Message"), lambda one: "\n\n".join(_messages(one))),
    ]


def _messages(lead: Lead) -> list[str]:
    return [callback.message for callback in lead.callbacks.all() if callback.message]


def _column(lead: Lead, other: Lead, *, may: bool) -> Column:
    if not may:
        return Column(other, None, None, None, None)
    if other.merged_into_id == lead.pk:
        return Column(other, None, None, None, _form(ActionForm, other, prefix="unmerge"))
    if lead.merged_into_id or other.merged_into_id:
        return Column(other, None, None, None, None)
    is_linked = other.pk == lead.possibly_same_id
    return Column(
        lead=other,
        link=None if is_linked else _form(OtherForm, lead, prefix="link", other=other),
        merge_this=_form(OtherForm, lead, prefix="merge", other=other),
        merge_that=_form(OtherForm, other, prefix="merge", other=lead),
        unmerge=None,
    )


def _form(form_class, lead: Lead, *, prefix: str, other: Lead | None = None):
    initial = {"version": lead.version, "other": other and other.pk}
    return form_class(initial=initial, prefix=prefix, auto_id=False)
