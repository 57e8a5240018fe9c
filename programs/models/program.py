"""Programs: a level of care, described for the person who may need it."""

from collections import defaultdict
from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from programs import levels
from programs.models.center import Licence
from programs.models.translated import Translated
from programs.models.truthful import PartOfProgram, Truthful
from programs.ranges import readable_range


class ProgramQuerySet(models.QuerySet):
    def published(self, at: datetime | None = None):
        """Programs that visitors may see at that time (now), from most to least intensive."""
        at = at or timezone.now()
        return self.filter(
            Q(published_from=None) | Q(published_from__lte=at),
            Q(published_until=None) | Q(published_until__gt=at),
            is_published=True,
        )


class Program(Translated, Truthful):
    """One level of care as this center offers it.

    Hours are hours of treatment a week. `defined_hours_*` is what the level means
    (the edition named in `level_edition`); `usual_hours_*` is what is usual here.
    """

    class Sleeps(models.TextChoices):
        HOME = "home", _("At home or in sober living")
        ON_SITE = "on_site", _("Here, on site")

    class Unit(models.TextChoices):
        DAYS = "days", _("days")
        WEEKS = "weeks", _("weeks")
        MONTHS = "months", _("months")

    name = models.CharField(
        _("name"), max_length=120, help_text=_("In full: Intensive outpatient program.")
    )
    short_name = models.CharField(_("short name"), max_length=40, help_text=_("For example: IOP."))
    slug = models.SlugField(
        _("address on the site"), unique=True, help_text=_("The page is /programs/…/.")
    )
    summary = models.TextField(
        _("summary"),
        max_length=400,
        help_text=_("Two or three sentences for lists, search results and the top of the page."),
    )
    level_code = models.CharField(
        _("level of care"), max_length=20, help_text=_("The code, for example 2.1 or 3.1–3.5.")
    )
    level_name = models.CharField(_("name of the level"), max_length=120, blank=True)
    level_edition = models.CharField(
        _("edition"),
        max_length=120,
        help_text=_("Where the code comes from, for example: ASAM Criteria, 3rd edition."),
    )
    sleeps = models.CharField(_("where one sleeps"), max_length=10, choices=Sleeps.choices)
    supervision = models.CharField(
        _("supervision"),
        max_length=200,
        help_text=_("For example: staff on site day and night; or: during sessions."),
    )
    defined_hours_min = models.PositiveSmallIntegerField(
        _("hours a week by definition, from"), null=True, blank=True
    )
    defined_hours_max = models.PositiveSmallIntegerField(
        _("to"), null=True, blank=True, help_text=_("Empty: and more.")
    )
    usual_hours_min = models.PositiveSmallIntegerField(
        _("hours a week usual here, from"), null=True, blank=True
    )
    usual_hours_max = models.PositiveSmallIntegerField(_("to"), null=True, blank=True)
    days_min = models.PositiveSmallIntegerField(_("days a week, from"), null=True, blank=True)
    days_max = models.PositiveSmallIntegerField(_("to"), null=True, blank=True)
    length_min = models.PositiveSmallIntegerField(_("length, from"), null=True, blank=True)
    length_max = models.PositiveSmallIntegerField(_("to"), null=True, blank=True)
    length_unit = models.CharField(
        _("unit"), max_length=10, choices=Unit.choices, default=Unit.WEEKS
    )
    length_note = models.CharField(_("what the length depends on"), max_length=300, blank=True)
    next_opening = models.DateField(
        _("next opening"),
        null=True,
        blank=True,
        help_text=_("The next day somebody can start. Left out while empty or past."),
    )
    order = models.PositiveSmallIntegerField(
        _("place on the continuum"),
        default=0,
        help_text=_("Lowest number: most intensive. Neighbours on the page follow this order."),
    )
    is_published = models.BooleanField(_("published"), default=False)
    published_from = models.DateTimeField(
        _("from"), null=True, blank=True, help_text=_("Empty: at once. On the center's clock.")
    )
    published_until = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Empty: until somebody unpublishes it.")
    )
    reviewed_by = models.CharField(
        _("reviewed by"),
        max_length=160,
        blank=True,
        help_text=_("Name and profession of the clinician. Left out while empty."),
    )
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        ordering = ["order", "name"]
        constraints = [
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}_max__gte": F(f"{name}_min")})
                    | Q(**{f"{name}_max": None})
                    | Q(**{f"{name}_min": None}),
                    name=f"program_{name}_in_order",
                    violation_error_message=_("The second number of a range is the larger one."),
                )
                for name in ("defined_hours", "usual_hours", "days", "length")
            ),
            models.CheckConstraint(
                condition=Q(published_until__gt=F("published_from"))
                | Q(published_until=None)
                | Q(published_from=None),
                name="program_published_in_order",
                violation_error_message=_("A page comes off the site after it came on."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("programs:program", args=[self.slug])

    @property
    def is_for_visitors(self) -> bool:
        """Now or at a later time."""
        return self.is_published

    def is_visible(self, at: datetime) -> bool:
        """Whether visitors may see it at that time, as `published` has it."""
        is_early = self.published_from and self.published_from > at
        is_late = self.published_until and self.published_until <= at
        return self.is_published and not is_early and not is_late

    def untruths(self) -> dict[str, list[str]]:
        found = defaultdict(list, super().untruths())
        for field, said in levels.contradictions(self):
            found[field].append(said)
        today = timezone.localdate()
        if lapsed := self.lapsed_licences(today):
            found["is_published"].append(
                _(
                    "The license behind this program has expired (%(licences)s). Enter the "
                    "renewed one at its location, or take the page off the site."
                )
                % {"licences": ", ".join(licence.number for licence in lapsed)}
            )
        return dict(found)

    def lapsed_licences(self, today: date) -> list[Licence]:
        """Return the expired licenses, where nothing else stands behind this program.

        One place suffices that holds a current license for it. A place that has none on
        record is not counted as expired: that is missing, not false.
        """
        if self.pk is None:
            return []
        lapsed = []
        for place in self.location_set.prefetch_related("licences__programs"):
            covering = [one for one in place.licences.all() if one.covers(self)]
            if not covering or any(one.is_current(today) for one in covering):
                return []
            lapsed += covering
        return lapsed

    @property
    def hours_here(self) -> str:
        """Hours a week as they usually are at this center."""
        return readable_range(self.usual_hours_min, self.usual_hours_max)

    @property
    def hours_defined(self) -> str:
        """Hours a week as the level of care is defined."""
        return readable_range(self.defined_hours_min, self.defined_hours_max)

    @property
    def days(self) -> str:
        """Days a week."""
        return readable_range(self.days_min, self.days_max)

    @property
    def length(self) -> str:
        """How long the program lasts, with its unit: "2 to 12 months"."""
        text = readable_range(self.length_min, self.length_max)
        if not text:
            return ""
        # An open range ("1 or more months") counts as several.
        number = self.length_max or 2
        forms = {
            self.Unit.DAYS: ngettext("%(range)s day", "%(range)s days", number),
            self.Unit.WEEKS: ngettext("%(range)s week", "%(range)s weeks", number),
            self.Unit.MONTHS: ngettext("%(range)s month", "%(range)s months", number),
        }
        return forms[self.length_unit] % {"range": text}


class ProgramSection(PartOfProgram):
    """A heading and the text under it, on a program's page."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="sections")
    heading = models.CharField(_("heading"), max_length=160)
    body = models.TextField(_("text"), help_text=_("Markdown."))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.heading


class Service(PartOfProgram):
    """Something a program offers. A holistic service is an addition, not a treatment by itself."""

    class Kind(models.TextChoices):
        THERAPY = "therapy", _("Therapy")
        MEDICAL = "medical", _("Medical care")
        SUPPORT = "support", _("Support")
        HOLISTIC = "holistic", _("Holistic additions")

    program = models.ForeignKey(Program, models.CASCADE, related_name="services")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(
        _("in plain words"), max_length=300, blank=True, help_text=_("What it is, in a sentence.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.name


class FitCriterion(PartOfProgram):
    """A reason why a program may or may not fit. An assessment decides, not this list."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="criteria")
    text = models.CharField(_("reason"), max_length=300)
    is_fit = models.BooleanField(
        _("speaks for this program"),
        default=True,
        help_text=_("Not ticked: speaks for another level of care."),
    )
    guide_answer = models.ForeignKey(
        "programs.GuideAnswer",
        models.SET_NULL,
        verbose_name=_("answer of the guide"),
        related_name="criteria",
        null=True,
        blank=True,
        help_text=_("Whoever chooses this answer is told this reason."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("reason it fits or not")
        verbose_name_plural = _("reasons it fits or not")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.text


class Question(PartOfProgram):
    """A frequent question, of one program or (without a program) of the whole center."""

    program = models.ForeignKey(
        Program, models.CASCADE, related_name="questions", null=True, blank=True
    )
    question = models.CharField(_("question"), max_length=200)
    answer = models.TextField(_("answer"), help_text=_("Markdown."))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.question
