"""What a level of care means: hours of treatment a week of an adult, and where one sleeps.

After the ASAM Criteria, 3rd and 4th edition. A number stands here only where the
editions agree or where every program of the level keeps it; None leaves that side open.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from programs.ranges import readable_range

HOME, ON_SITE = "home", "on_site"


@dataclass(frozen=True)
class Level:
    hours_min: int | None
    hours_max: int | None
    sleeps: str


# fmt: off
LEVELS = {
    # code        hours a week   sleeps
    "0.5": Level( None, None,    HOME),     # early intervention
    "1":   Level( None,    8,    HOME),     # outpatient: fewer than 9
    "1.0": Level( None,    8,    HOME),     # long-term remission monitoring
    "1.5": Level( None,    8,    HOME),     # outpatient therapy
    "1.7": Level( None, None,    HOME),     # medically managed outpatient
    "2.1": Level(    9,   19,    HOME),     # intensive outpatient (IOP)
    "2.5": Level(   20, None,    HOME),     # partial hospitalization (PHP)
    "2.7": Level( None, None,    HOME),     # medically managed intensive outpatient
    "3.1": Level(    5, None,    ON_SITE),  # low-intensity residential
    "3.3": Level( None, None,    ON_SITE),  # population-specific residential
    "3.5": Level( None, None,    ON_SITE),  # high-intensity residential
    "3.7": Level( None, None,    ON_SITE),  # medically monitored inpatient
    "4":   Level( None, None,    ON_SITE),  # medically managed inpatient
}
# fmt: on
CODE = re.compile(r"\d(?:\.\d)?")


def defined(code: str) -> Level | None:
    """Return what a code, or a range like 3.1–3.5, means; None for one not in the table."""
    found = CODE.findall(code)
    if not found or any(each not in LEVELS for each in found):
        return None
    first, last = sorted(found)[0], sorted(found)[-1]
    levels = [level for each, level in LEVELS.items() if first <= each <= last]
    if len({level.sleeps for level in levels}) > 1:
        return None
    lows, highs = [one.hours_min for one in levels], [one.hours_max for one in levels]
    return Level(
        None if None in lows else min(lows),
        None if None in highs else max(highs),
        levels[0].sleeps,
    )


def contradictions(program) -> Iterator[tuple[str, str]]:
    """Yield (field, sentence) for each thing about a program that its level rules out."""
    level = defined(program.level_code)
    if level is None:
        return
    if program.sleeps != level.sleeps:
        where = dict(program.Sleeps.choices)[level.sleeps]
        said = _("At level %(code)s one sleeps elsewhere: %(where)s.")
        yield "sleeps", said % {"code": program.level_code, "where": where}
    said = _("Level %(code)s is defined as %(hours)s hours a week.") % {
        "code": program.level_code,
        "hours": readable_range(level.hours_min, level.hours_max),
    }
    for name in ("defined_hours_min", "defined_hours_max", "usual_hours_min", "usual_hours_max"):
        hours = getattr(program, name)
        is_less = None not in (hours, level.hours_min) and hours < level.hours_min
        is_more = None not in (hours, level.hours_max) and hours > level.hours_max
        if is_less or is_more:
            yield name, said
