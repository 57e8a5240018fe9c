"""Insurance carriers a family can choose from."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

# How long an answer about the network can be relied on.
CHECK_LASTS = timedelta(days=90)


class Carrier(models.Model):
    """An insurance company. Its network status is shown nowhere without a check date."""

    class Network(models.TextChoices):
        UNKNOWN = "", _("Not checked")
        IN = "in", _("In network")
        OUT = "out", _("Out of network")

    name = models.CharField(_("name"), max_length=120, unique=True)
    payer_id = models.CharField(_("payer ID"), max_length=20, blank=True)
    network = models.CharField(
        _("network status"), max_length=3, choices=Network.choices, blank=True
    )
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    is_listed = models.BooleanField(
        _("on the form"), default=True, help_text=_("Families can choose it.")
    )

    class Meta:
        verbose_name = _("insurance carrier")
        verbose_name_plural = _("insurance carriers")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(network="") | models.Q(checked_on__isnull=False),
                name="carrier_network_was_checked",
                violation_error_message=_("Say when the network status was checked."),
            )
        ]

    def __str__(self):
        return self.name

    def needs_check(self, *, on: date) -> bool:
        return self.checked_on is None or self.checked_on + CHECK_LASTS < on
