"""Who the center is, where it is, and when somebody answers the phone."""

import zoneinfo
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, URLValidator, validate_slug
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from programs.models.translated import Translated
from programs.models.truthful import Truthful


def validate_time_zone(name: str) -> None:
    """Refuse a name that the IANA time zone database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone name. It looks like America/Los_Angeles."),
            params={"name": name},
        )


class SlotMinutes(models.IntegerChoices):
    """How long an appointment for a call takes. Each divides the hour."""

    QUARTER = 15, _("15 minutes")
    THIRD = 20, _("20 minutes")
    HALF_AN_HOUR = 30, _("30 minutes")
    HOUR = 60, _("an hour")


class Center(Translated, Truthful):
    """The treatment center itself: one row, from which every page takes these facts."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=120)
    tagline = models.CharField(
        _("tagline"),
        max_length=200,
        blank=True,
        help_text=_("One calm sentence under the name on the home page."),
    )
    introduction = models.TextField(
        _("introduction"), blank=True, help_text=_("For the home page. Markdown.")
    )
    legal_name = models.CharField(
        _("legal name"),
        max_length=200,
        blank=True,
        help_text=_("The licensed legal entity, as on the license. Left out while empty."),
    )
    phone = models.CharField(
        _("phone"), max_length=40, help_text=_("The number on every page, as people read it.")
    )
    text_number = models.CharField(
        _("number for text messages"),
        max_length=40,
        blank=True,
        help_text=_("Only if somebody answers texts. Left out while empty."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        default="US",
        help_text=_("Two letters. Phone numbers without a country code are read as from here."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="America/Los_Angeles",
        validators=[validate_time_zone],
        help_text=_("The zone of the opening hours, like America/Los_Angeles."),
    )
    answered_by = models.CharField(
        _("who answers the phone"),
        max_length=200,
        blank=True,
        help_text=_("In plain words, for example: our own admissions staff, not a call center."),
    )
    complaints_to = models.CharField(
        _("who takes complaints"),
        max_length=200,
        blank=True,
        help_text=_(
            "The office or the job, and how to reach it, for complaints and questions about "
            "rights, for example: Patient advocate, extension 4. Left out while empty."
        ),
    )
    crisis_wording = models.TextField(
        _("crisis wording"),
        help_text=_(
            "The notice on every page, in Markdown. Keep 911 and 988 in it; "
            "write phone links as [988](tel:988)."
        ),
    )
    leave_url = models.URLField(
        _("where “Leave this page” leads"),
        default="https://www.weather.gov/",
        validators=[
            URLValidator(schemes=["https"], message=_("This address must begin with https://."))
        ],
        help_text=_(
            "An everyday page of somebody else that gives nothing away, like the weather. For "
            "whoever is interrupted while filling in a form."
        ),
    )
    call_within_minutes = models.PositiveSmallIntegerField(
        _("call within (minutes)"),
        default=60,
        help_text=_(
            "How soon, in minutes of opening time, a person who asked for a call as soon as "
            "possible is called. Families are shown the time that follows from this."
        ),
    )
    slot_minutes = models.PositiveSmallIntegerField(
        _("length of an appointment"),
        choices=SlotMinutes.choices,
        default=SlotMinutes.HALF_AN_HOUR,
        help_text=_("Families may choose an exact time for the call: every so many minutes."),
    )
    calls_per_slot = models.PositiveSmallIntegerField(
        _("calls at the same time"),
        default=1,
        validators=[MaxValueValidator(50)],
        help_text=_(
            "How many appointments can begin at the same time: as many as there are people at "
            "the desk who call. 0 offers no appointments, only parts of the day."
        ),
    )
    hours_confirmed_on = models.DateField(
        _("opening hours confirmed on"),
        null=True,
        blank=True,
        help_text=_(
            "The day somebody checked that the opening hours below are true. Until then the "
            "hours are the starting values that came with the software."
        ),
    )

    class Meta:
        verbose_name = _("center")
        verbose_name_plural = _("center")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="center_is_one_row"),
            models.CheckConstraint(
                condition=Q(call_within_minutes__gte=5), name="center_call_within_minutes"
            ),
            models.CheckConstraint(
                condition=Q(slot_minutes__in=SlotMinutes.values), name="center_slot_minutes"
            ),
        ]

    def __str__(self):
        return self.name


class Location(Translated, Truthful):
    """A place of treatment. What nobody has told us stays empty and is left out."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address on the site"), unique=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=100)
    region = models.CharField(_("state"), max_length=100)
    postal_code = models.CharField(_("ZIP code"), max_length=20, blank=True)
    phone = models.CharField(
        _("phone"), max_length=40, blank=True, help_text=_("Empty: the center's number.")
    )
    latitude = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    description = models.TextField(
        _("description"),
        blank=True,
        help_text=_("How to get here, parking, the entrance. Markdown."),
    )
    programs = models.ManyToManyField(
        "programs.Program", verbose_name=_("programs offered here"), blank=True
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["order", "name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("programs:location", args=[self.slug])


class OpeningHours(models.Model):
    """When the admissions desk answers, in the center's time zone."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    center = models.ForeignKey(Center, models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(
        _("closes"), help_text=_("Midnight (00:00) means the end of that day.")
    )

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) | Q(closes="00:00"),
                name="opening_hours_in_order",
                violation_error_message=_("Closing comes after opening on the same day."),
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="opening_hours_weekday"),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class ClosedDay(models.Model):
    """A day on which nobody answers, whatever the weekday says."""

    center = models.ForeignKey(Center, models.CASCADE, related_name="closed_days")
    day = models.DateField(_("day"), unique=True)
    reason = models.CharField(_("reason"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        ordering = ["day"]

    def __str__(self):
        return f"{self.day:%Y-%m-%d}"


class LanguageNotice(models.Model):
    """That help in a language is free, said in that language on every page about rights.

    45 CFR 92.11 asks for it in English and the languages most spoken in the state.
    """

    center = models.ForeignKey(Center, models.CASCADE, related_name="language_notices")
    language = models.CharField(
        _("language"), max_length=60, help_text=_("In its own words: Español, Tiếng Việt, 中文.")
    )
    tag = models.CharField(
        _("language tag"),
        max_length=20,
        unique=True,
        validators=[validate_slug],
        help_text=_("So that it is read aloud rightly: es, vi, zh-Hant."),
    )
    text = models.TextField(
        _("text"),
        max_length=1000,
        help_text=_("That interpreters and other formats are free, and the number to call."),
    )
    checked_by = models.CharField(
        _("translation checked by"),
        max_length=160,
        help_text=_("A qualified translator. Machine translation alone may not be published."),
    )

    class Meta:
        verbose_name = _("notice of free language help")
        verbose_name_plural = _("notices of free language help")
        ordering = ["tag"]

    def __str__(self):
        return self.tag


class LicenceQuerySet(models.QuerySet):
    def current(self, today: date):
        """Licences that may be shown: they have a number and have not expired."""
        return self.exclude(number="").filter(Q(expires_on__gte=today) | Q(expires_on=None))


class Licence(models.Model):
    """A licence or certification, shown with its number, expiry and a link to the issuer.

    California HSC 11831.12 asks a licensed center to post this on its website.
    """

    location = models.ForeignKey(Location, models.CASCADE, related_name="licences")
    number = models.CharField(_("number"), max_length=60)
    kind = models.CharField(
        _("type"), max_length=120, help_text=_("For example: residential treatment license.")
    )
    issuer = models.CharField(
        _("issued by"), max_length=160, help_text=_("For example: California DHCS.")
    )
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    link = models.URLField(_("link to the issuer's listing"), blank=True)
    programs = models.ManyToManyField(
        "programs.Program",
        verbose_name=_("for these programs"),
        blank=True,
        help_text=_("None ticked: for every program offered here."),
    )

    objects = LicenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("license")
        verbose_name_plural = _("licenses")
        ordering = ["location", "kind"]

    def __str__(self):
        return f"{self.kind} {self.number}"

    def is_current(self, today: date) -> bool:
        return self.number != "" and (self.expires_on is None or self.expires_on >= today)

    def covers(self, program) -> bool:
        programs = self.programs.all()
        return not programs or program in programs
