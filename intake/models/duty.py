"""Who works at the desk: what each person can take, and when they are there."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from intake.choices import Language
from programs.models import Location, OpeningHours, Program


def names_of_languages(codes: list[str]) -> str:
    return ", ".join(str(Language(code).label) for code in codes if code in Language.values)


class StaffProfile(models.Model):
    """What somebody can take on. Whatever is empty sets no limit; who has no row takes all."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="staff_profile",
        verbose_name=_("person"),
    )
    # Codes of `Language`.
    languages = models.JSONField(
        _("languages"),
        default=list,
        blank=True,
        help_text=_("In which they can hold the whole conversation. None ticked: any."),
    )
    programs = models.ManyToManyField(
        Program,
        related_name="+",
        blank=True,
        verbose_name=_("programs"),
        help_text=_("None ticked: all."),
    )
    locations = models.ManyToManyField(
        Location,
        related_name="+",
        blank=True,
        verbose_name=_("locations"),
        help_text=_("None ticked: all."),
    )
    # Codes of what this person wants to be told of by mail; they choose it themselves. None:
    # they never did.
    events = models.JSONField(_("told by mail of"), null=True, default=None, editable=False)

    class Meta:
        verbose_name = _("shifts and skills")
        verbose_name_plural = _("shifts and skills")
        ordering = ["user__username"]

    def __str__(self):
        return self.user.get_full_name() or self.user.get_username()


class Duty(models.Model):
    """A shift of every week, by the clock on the center's wall."""

    profile = models.ForeignKey(StaffProfile, models.CASCADE, related_name="duties")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=OpeningHours.Weekday.choices)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(
        _("until"),
        help_text=_("Earlier than “from”: the next morning. The same: a whole day and night."),
    )

    class Meta:
        verbose_name = _("weekly shift")
        verbose_name_plural = _("weekly shifts")
        ordering = ["weekday", "starts"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "weekday", "starts"], name="duty_once"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="duty_weekday"),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"


class DutyChange(models.Model):
    """An exception from the week: away in spite of a shift, or there without one."""

    class Kind(models.TextChoices):
        AWAY = "away", _("Away")
        EXTRA = "extra", _("Extra shift")

    profile = models.ForeignKey(StaffProfile, models.CASCADE, related_name="duty_changes")
    kind = models.CharField(_("what"), max_length=5, choices=Kind.choices, default=Kind.AWAY)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), db_index=True)

    class Meta:
        verbose_name = _("absence or extra shift")
        verbose_name_plural = _("absences and extra shifts")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="duty_change_in_order",
                violation_error_message=_("It ends before it begins."),
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.starts_at:%Y-%m-%d}"
