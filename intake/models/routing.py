"""Rules by which a new lead is offered to somebody first; managers edit them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from intake.choices import Language, Target
from programs.models import Location, Program


class RoutingRule(models.Model):
    """One rule: all that is filled in must be so. The first rule that fits is followed."""

    number = models.PositiveSmallIntegerField(
        _("number"),
        db_index=True,
        help_text=_("Rules are asked in this order. Leave room between them: 10, 20, 30."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    program = models.ForeignKey(
        Program,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("program"),
        help_text=_("Empty: whichever."),
    )
    location = models.ForeignKey(
        Location,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("location"),
        help_text=_("Empty: whichever."),
    )
    language = models.CharField(
        _("language"),
        max_length=5,
        choices=Language.choices,
        blank=True,
        help_text=_("Empty: whichever."),
    )
    is_returning = models.BooleanField(
        _("only who asked before"),
        default=False,
        help_text=_("Somebody who asked us before, from the same number or email address."),
    )

    target = models.CharField(
        _("offer it to"), max_length=10, choices=Target.choices, default=Target.ANYBODY
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
        help_text=_("Only for “one person”."),
    )

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ["number", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target=Target.PERSON, person__isnull=False)
                | (~Q(target=Target.PERSON) & Q(person=None)),
                name="routing_rule_names_its_person",
                violation_error_message=_(
                    "Choose a person together with “one person”, and only then."
                ),
            )
        ]

    def __str__(self):
        return f"{self.number}"
