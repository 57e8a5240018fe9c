"""An exact time at which somebody is called: given to one person, and to nobody else."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from intake.models.lead import Lead


class AppointmentQuerySet(models.QuerySet):
    def between(self, start, end):
        """Appointments of which a part lies between these two moments."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class Appointment(models.Model):
    """A seat at the desk for one call. Only `seats` makes and deletes these rows.

    As many people as there are seats can be called at the same time. Two who take the last
    seat at the same moment cannot both have it: the database itself refuses the second.
    """

    lead = models.ForeignKey(
        Lead, models.CASCADE, related_name="appointments", verbose_name=_("lead")
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    seat = models.PositiveSmallIntegerField(_("seat"))

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["starts_at", "seat"], name="appointment_given_once"),
            models.UniqueConstraint(fields=["lead"], name="appointment_one_of_a_lead"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="appointment_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.lead_id} {self.starts_at:%Y-%m-%d %H:%M}"

    def is_on(self, at) -> bool:
        """Say whether it is the time of the appointment."""
        return self.starts_at <= at < self.ends_at
