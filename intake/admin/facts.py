"""What staff can say about the programs while they talk, from the rows the public pages show."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from intake.models import Carrier, Lead
from programs.models import Program


@dataclass(frozen=True)
class Facts:
    """The published programs, the one they asked about first, and the carriers we deal with.

    `carriers` are those in network; with `needs_check`, those whose answer is too old to rely on.
    """

    asked_about: Program | None
    others: list[Program]
    carriers: list[Carrier]
    unsure: list[Carrier]


def at_hand(lead: Lead, *, at: datetime) -> Facts:
    """Return what there is to say; a program that is not published is not spoken of."""
    programs = list(Program.objects.published(at))
    today = timezone.localdate(at)
    for program in programs:
        if program.next_opening and program.next_opening < today:
            program.next_opening = None
    carriers = list(Carrier.objects.filter(network=Carrier.Network.IN))
    return Facts(
        asked_about=next((one for one in programs if one.pk == lead.program_id), None),
        others=[one for one in programs if one.pk != lead.program_id],
        carriers=[one for one in carriers if not one.needs_check(on=today)],
        unsure=[one for one in carriers if one.needs_check(on=today)],
    )
