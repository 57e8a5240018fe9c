"""Who works at the desk: each one's languages and programs, weekly shifts, absences."""

from collections import defaultdict
from collections.abc import Iterator

from django import forms
from django.contrib import admin
from django.db.models import Prefetch
from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from intake import duty, spoken
from intake.choices import Language
from intake.models import Duty, DutyChange, StaffProfile
from intake.models.duty import names_of_languages


class ProfileForm(forms.ModelForm):
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=Language.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=StaffProfile._meta.get_field("languages").help_text,
    )

    class Meta:
        model = StaffProfile
        fields = ["user", "languages", "programs", "locations"]


class DutyInline(admin.TabularInline):
    model = Duty
    extra = 1


class DutyChangeInline(admin.TabularInline):
    """What is over stays out of sight, and is not sent along."""

    model = DutyChange
    extra = 1

    def get_queryset(self, request):
        return super().get_queryset(request).filter(ends_at__gt=timezone.now())


@admin.register(StaffProfile)
class StaffProfileAdmin(admin.ModelAdmin):
    form = ProfileForm
    inlines = [DutyInline, DutyChangeInline]
    fields = ["user", "languages", "programs", "locations"]
    list_display = ["person", "there_now", "speaks", "takes", "week"]

    def get_queryset(self, request):
        week = Prefetch("duties", Duty.objects.order_by("weekday", "starts"))
        rows = super().get_queryset(request).select_related("user")
        return rows.prefetch_related("programs", "locations", week)

    def get_fields(self, request, obj=None):
        return ["person", *self.fields[1:]] if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        return ["person"] if obj else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "user":
            kwargs["queryset"] = duty.who_may().filter(staff_profile=None).order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def changelist_view(self, request, extra_context=None):
        now = timezone.now()
        self.ends = {user.pk: end for user, end in duty.until_when(at=now).items()}
        self.can_be = set(duty.who_may().values_list("pk", flat=True))
        context = {"title": _("Who is on duty"), "is_nav_sidebar_enabled": False}
        return super().changelist_view(request, context | (extra_context or {}))

    @admin.display(description=_("person"), ordering="user__username")
    def person(self, row: StaffProfile):
        return str(row)

    @admin.display(description=_("on duty now"))
    def there_now(self, row: StaffProfile):
        if row.user_id not in self.can_be:
            return format_html(
                '<span class="badge badge-late">{}</span>', gettext("may take no leads")
            )
        end, zone = self.ends.get(row.user_id), timezone.get_current_timezone_name()
        if end is None:
            return format_html('<span class="badge badge-quiet">{}</span>', gettext("off duty"))
        until = gettext("until %(time)s") % {"time": spoken.time_of_day(end, zone)}
        return format_html('<span class="badge badge-ok">{}</span>', until)

    @admin.display(description=_("languages"))
    def speaks(self, row: StaffProfile):
        return names_of_languages(row.languages) or gettext("any")

    @admin.display(description=_("programs and locations"))
    def takes(self, row: StaffProfile):
        names = [one.short_name for one in row.programs.all()]
        names += [one.name for one in row.locations.all()]
        return ", ".join(names) or gettext("all")

    @admin.display(description=_("weekly shifts"))
    def week(self, row: StaffProfile):
        return ", ".join(gettext("%(days)s %(times)s") % said for said in _week(row.duties.all()))


def _week(duties) -> Iterator[dict[str, str]]:
    """Yield the shifts of a week as one would say them: days in a row with the same times once."""
    by_times = defaultdict(list)
    for one in duties:
        by_times[one.starts, one.ends].append(one.weekday)
    for (starts, ends), days in by_times.items():
        times = {"from": formats.date_format(starts, "P"), "until": formats.date_format(ends, "P")}
        words = (
            gettext("around the clock")
            if starts == ends
            else gettext("%(from)s to %(until)s") % times
        )
        yield {"days": _days(days), "times": words}


def _days(days: list[int]) -> str:
    names = [str(WEEKDAYS_ABBR[day]) for day in days]
    if days == list(range(7)):
        return gettext("every day")
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{names[0]}–{names[-1]}"
    return "/".join(names)
