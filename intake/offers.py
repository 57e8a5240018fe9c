"""Offering leads: brings what is in the database before `routing.decide`, and keeps its word.

Whom a lead is offered to does not own it. Until `offered_until`, *Take next* gives it to
others last of all; anybody who sees it may claim it all the same.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils import translation
from django.utils.translation import gettext as _

from intake import duty, spoken
from intake.choices import Language, Target
from intake.models import Lead, RoutingRule, StaffProfile
from intake.routing import NEVER, Facts, Person, Rule, Wish, decide
from programs import generation

# So long a lead waits for whom it is offered to, and never longer than a quarter of the time
# that is left of the promise.
OFFER = timedelta(minutes=15)
SHARE_OF_PROMISE = 4
# The columns of a lead that hold an offer.
FIELDS = ("routed_to", "routed_because", "offered_until")


def offer(
    lead: Lead, rules: list[Rule], *, earlier: int | None, is_returning: bool, at: datetime
) -> bool:
    """Decide by the rules whom an unsaved lead is offered to; say whether it is anybody.

    `earlier` is the id of who had an earlier lead of this caller.
    """
    facts = Facts(
        language=lead.language,
        program=lead.program_id,
        location=lead.location_id,
        is_returning=is_returning,
        earlier=earlier,
        is_danger=lead.priority > 0,
    )
    lead.routed_to = lead.offered_until = None
    # The words are for staff, whatever language the family reads.
    with translation.override(settings.LANGUAGE_CODE):
        ends = {}
        if rules and not facts.is_danger:
            ends = duty.until_when(at=at)
        decision = decide(facts, rules, people(ends, rules))
    lead.routed_because = decision.because
    if decision.to is None:
        return False
    lead.routed_to_id = decision.to
    share = (lead.promised_by - at) / SHARE_OF_PROMISE
    end = next(end for user, end in ends.items() if user.pk == decision.to)
    lead.offered_until = min(at + OFFER, at + share, end)
    return True


def in_use() -> list[Rule]:
    """Return the rules that are asked, in their order; outside a transaction, as they are kept."""
    return generation.kept("routing rules", _read)


def _read() -> list[Rule]:
    rows = RoutingRule.objects.filter(is_active=True).select_related("location", "person")
    with translation.override(settings.LANGUAGE_CODE):
        # Not joined: most rules name no program, and programs have long texts.
        return [as_rule(row) for row in rows.prefetch_related("program")]


def as_rule(row: RoutingRule) -> Rule:
    wishes = []
    if row.is_returning or row.target == Target.SAME:
        wishes.append(Wish("is_returning", True, _("asked before")))
    if row.language:
        wishes.append(Wish("language", row.language, Language(row.language).label))
    if row.program:
        wishes.append(Wish("program", row.program_id, row.program.short_name))
    if row.location:
        wishes.append(Wish("location", row.location_id, row.location.name))
    name = name_of(row.person) if row.person else ""
    return Rule(row.number, tuple(wishes), Target(row.target), row.person_id, name)


def name_of(user) -> str:
    return user.get_full_name() or user.get_username()


def people(ends: dict, rules: list[Rule]) -> list[Person]:
    """Return the people of `duty.until_when` as these rules have to know them."""
    has_turns = any(rule.target == Target.ANYBODY for rule in rules)
    ids = [user.pk for user in ends] if has_turns else []
    fits = duty.fits(ids) if ids else {}
    last = _last_offers(ids) if ids else {}
    return [
        Person(
            id=user.pk,
            name=name_of(user),
            until=spoken.time_of_day(end, end.tzinfo.key),
            fit=fits.get(user.pk, duty.Fit()),
            offered_at=last.get(user.pk) or NEVER,
        )
        for user, end in ends.items()
    ]


def _last_offers(ids: Iterable[int]) -> dict[int, datetime | None]:
    """Return when each of these people was last offered a lead."""
    offered = Lead.objects.filter(routed_to=OuterRef("user")).order_by("-received_at")
    last = Subquery(offered.values("received_at")[:1])
    return dict(StaffProfile.objects.filter(user__in=ids).values_list("user", last))


# --- Rules that do not do what their author thinks ---


def troubles(rows: Iterable[RoutingRule]) -> dict[int, str]:
    """Return, by the rule's id, why it is never followed, or never reached."""
    able = set(duty.who_may().values_list("pk", flat=True))
    users = StaffProfile.objects.filter(user__in=able)
    comes = set(users.exclude(duties=None, duty_changes=None).values_list("user", flat=True))
    fits, found, before = duty.fits(comes), {}, []
    for row in sorted((row for row in rows if row.is_active), key=lambda row: row.number):
        rule = as_rule(row)
        said = {"name": rule.person_name}
        closed = next((one for one in before if set(one.wishes) <= set(rule.wishes)), None)
        wish = {"language": row.language, "program": row.program_id, "location": row.location_id}
        if closed:
            words = _("Never reached: rule %(number)d takes everything before.")
            found[row.pk] = words % {"number": closed.number}
        elif row.target == Target.PERSON and row.person_id not in able:
            found[row.pk] = _("%(name)s has left or may take no leads: passed over.") % said
        elif row.target == Target.PERSON and row.person_id not in comes:
            found[row.pk] = _("%(name)s has no shifts: passed over.") % said
        elif row.target == Target.ANYBODY and not any(fit.takes(**wish) for fit in fits.values()):
            found[row.pk] = _("Nobody who has shifts takes this: passed over.")
        elif row.program and not row.program.is_published:
            found[row.pk] = _("This program is not public: nobody can ask for it.")
        if row.target == Target.QUEUE:
            before.append(rule)
    return found


# --- While an offer lasts ---


def is_offered(lead: Lead, *, at: datetime) -> bool:
    """Say whether the lead is kept for somebody who has not taken it yet."""
    return (
        lead.is_open
        and lead.owner_id is None
        and lead.priority == 0
        and lead.offered_until is not None
        and lead.offered_until > at
    )
