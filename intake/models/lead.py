"""The lead: one person's request for help, and the one thing staff triage."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from intake.choices import (
    Adult,
    Arrival,
    Disposition,
    ForWhom,
    HeardFrom,
    Language,
    Priority,
    PromiseBroken,
    Relationship,
    Status,
    Suspicion,
    Window,
)
from intake.fields import EncryptedTextField
from programs.models import Location, Program

ENDED = (Status.ADMITTED, Status.CLOSED)


class LeadQuerySet(models.QuerySet):
    def open(self):
        """Leads somebody still has to do something about."""
        return self.filter(closed_at=None)

    def with_caller(self):
        """Leads whose caller has not been forgotten; only these have a receipt."""
        return self.exclude(phone="")


class Lead(models.Model):
    """A person who asked for help, with everything needed to call back safely.

    Only `submissions` and `workflow` change a lead. `promised_from` and `promised_by`
    are what the person was told; `version` grows with each change, so that an action
    taken on a stale page is refused.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=9, unique=True)
    arrival = models.CharField(_("came by"), max_length=10, choices=Arrival.choices)
    received_at = models.DateTimeField(_("received"))
    form_nonce = models.CharField(max_length=64, null=True, unique=True, editable=False)
    pin_digest = models.CharField(max_length=32, blank=True, editable=False)

    # Who called, and whom it is about.
    name = EncryptedTextField(_("name"), blank=True)
    phone_typed = EncryptedTextField(_("phone as typed"))
    phone = EncryptedTextField(_("phone"))
    phone_extension = EncryptedTextField(_("extension"), blank=True)
    email = EncryptedTextField(_("email"), blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=Language.choices, default=Language.ENGLISH
    )
    needs_interpreter = models.BooleanField(_("interpreter needed"), default=False)
    for_whom = models.CharField(_("for whom"), max_length=10, choices=ForWhom.choices, blank=True)
    relationship = models.CharField(
        _("caller is"), max_length=12, choices=Relationship.choices, blank=True
    )
    is_adult = models.CharField(
        _("patient is 18 or older"), max_length=6, choices=Adult.choices, blank=True
    )
    patient_name = EncryptedTextField(_("patient’s name"), blank=True)
    may_know = EncryptedTextField(_("who may know"), blank=True)
    heard_from = models.CharField(
        _("heard of us from"), max_length=10, choices=HeardFrom.choices, blank=True
    )

    # What it is about.
    program = models.ForeignKey(
        Program, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("program")
    )
    location = models.ForeignKey(
        Location,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("location"),
    )

    # The safe-contact plan. Window is wall time in the person's own zone.
    window = models.CharField(
        _("wants the call"), max_length=10, choices=Window.choices, default=Window.ANY
    )
    timezone = models.CharField(_("time zone"), max_length=64)
    call_ok = models.BooleanField(_("calls allowed"), default=True)
    voicemail_ok = models.BooleanField(_("voicemail allowed"), default=False)
    text_ok = models.BooleanField(_("texts allowed"), default=False)
    email_ok = models.BooleanField(_("email allowed"), default=False)
    ask_for = EncryptedTextField(_("ask for"), blank=True)
    if_someone_else = EncryptedTextField(_("if someone else answers"), blank=True)

    # Triage.
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.USUAL
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.NEW
    )
    disposition = models.CharField(
        _("disposition"), max_length=10, choices=Disposition.choices, blank=True
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("owner"),
    )
    # Whom the rules offered it to, and why, in words that name nobody who asked for help.
    routed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("offered to"),
    )
    routed_because = models.CharField(_("because"), max_length=200, blank=True)
    # Until then *Take next* keeps it for them; whoever sees it may still claim it.
    offered_until = models.DateTimeField(_("offered until"), null=True, blank=True)
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    calling_since = models.DateTimeField(_("being called since"), null=True, blank=True)
    promised_from = models.DateTimeField(_("promised from"))
    promised_by = models.DateTimeField(_("promised by"))
    # What the queue is sorted by: the promise, then whatever was agreed next.
    due_at = models.DateTimeField(_("due"))
    # What came of the promise: None while its clock runs.
    promise_kept = models.BooleanField(_("promise kept"), null=True, blank=True)
    promise_broken_because = models.CharField(
        _("promise broken because"), max_length=10, choices=PromiseBroken.choices, blank=True
    )
    escalated_at = models.DateTimeField(_("escalated"), null=True, blank=True)
    first_attempt_at = models.DateTimeField(_("first attempt"), null=True, blank=True)
    reached_at = models.DateTimeField(_("reached"), null=True, blank=True)
    assessment_at = models.DateTimeField(_("assessment"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    # Codes of `Suspicion`. A suspected lead stays in the queue, its promise running.
    suspicion = models.CharField(_("looks like abuse"), max_length=60, blank=True)

    # Forgetting. `active_at` is when the person or staff last did something about the lead.
    active_at = models.DateTimeField(_("last activity"))
    legal_hold = models.BooleanField(
        _("legal hold"), default=False, help_text=_("Nothing of this lead may be erased.")
    )
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    possibly_same = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("possibly the same as"),
    )
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("merged into"),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    audit_seq = models.PositiveIntegerField(default=0, editable=False)
    audit_head = models.CharField(max_length=64, blank=True, editable=False)

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ["-priority", "due_at", "id"]
        permissions = [
            ("reveal_lead", _("Can see masked insurance details")),
            ("move_lead", _("Can give leads to colleagues, many at once")),
            ("forget_lead", _("Can copy or erase a lead on request")),
            ("hold_lead", _("Can set and lift a legal hold")),
            ("manage_lead", _("Can see the report, explain broken promises, close early")),
            ("export_lead", _("Can download the list of requests")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ENDED, closed_at__isnull=False)
                | (~Q(status__in=ENDED) & Q(closed_at=None)),
                name="lead_ended_has_closed_at",
            ),
            models.CheckConstraint(
                condition=(Q(status=Status.CLOSED) & ~Q(disposition=""))
                | (~Q(status=Status.CLOSED) & Q(disposition="")),
                name="lead_closed_has_disposition",
            ),
            models.CheckConstraint(
                condition=Q(lease_until=None) | Q(owner__isnull=False),
                name="lead_lease_has_owner",
            ),
        ]
        # The queue shows open leads, danger first, by when they are due; each filter ends so.
        indexes = [
            models.Index(
                fields=[*names, "-priority", "due_at", "id"],
                name=f"lead_open_{'_'.join(names) or 'all'}",
                condition=Q(closed_at=None),
            )
            for names in (
                [],
                ["owner"],
                ["status"],
                ["program"],
                ["arrival"],
                ["language"],
                ["location"],
            )
        ] + [
            models.Index(
                fields=["-priority", "due_at", "id"],
                name="lead_open_suspected",
                condition=Q(closed_at=None) & ~Q(suspicion=""),
            ),
            # The desk shows promises at risk, and what is new.
            models.Index(
                fields=["due_at", "id"],
                name="lead_untried",
                condition=Q(closed_at=None, first_attempt_at=None),
            ),
            models.Index(
                fields=["-received_at"], name="lead_open_newest", condition=Q(closed_at=None)
            ),
            # The report counts what came in a stretch of days.
            models.Index(fields=["received_at", "id"], name="lead_received"),
            models.Index(
                fields=["promised_by"],
                name="lead_promise_runs",
                condition=Q(closed_at=None, promise_kept=None),
            ),
            models.Index(fields=["closed_at", "id"], name="lead_closed"),
            # Whose turn it is: who was offered a lead the longest time ago.
            models.Index(
                fields=["routed_to", "-received_at"],
                name="lead_routed",
                condition=Q(routed_to__isnull=False),
            ),
            # The retention clock asks by disposition for what was quiet since some day.
            models.Index(
                fields=["disposition", "active_at"],
                name="lead_to_forget",
                condition=Q(closed_at__isnull=False, erased_at=None, legal_hold=False),
            ),
            models.Index(
                fields=["lease_until"], name="lead_leased", condition=Q(lease_until__isnull=False)
            ),
        ]

    def __str__(self):
        return self.reference

    @property
    def is_typed_in(self) -> bool:
        """Whether staff typed it in, for somebody who called or came."""
        return self.arrival not in (Arrival.CALLBACK, Arrival.INSURANCE)

    @property
    def needs_help(self) -> str:
        """Who it is about, in staff's words; empty where nobody has said."""
        return ForWhom(self.for_whom).of_the_caller if self.for_whom else ""

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def suspicions(self) -> list[Suspicion]:
        """Why this looks like abuse, if it does."""
        return [Suspicion(code) for code in self.suspicion.split()]
