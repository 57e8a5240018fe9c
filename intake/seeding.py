"""Makes up leads, for development and for measuring: whole, encrypted, and nobody's.

Only the `seed_leads` command calls this. Rows are written by the batch, but sealed, made
findable, promised and audited by the same code as what families send.
"""

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db import models, reset_queries, transaction

from intake import audit, cadence, choices, consent, lookup, receipts
from intake.choices import (
    ConsentKind,
    Disposition,
    Outcome,
    PromiseBroken,
    PromiseOutcome,
    Status,
    Window,
)
from intake.models import (
    AuditEvent,
    CallbackRequest,
    Carrier,
    Consent,
    ContactAttempt,
    InsuranceVerification,
    Lead,
    PromiseRecord,
    SearchToken,
)
from intake.models.lead import ENDED
from intake.promises import Clock
from programs.models import Center, Program

Action = audit.Action

BATCH = 1000
# In the order in which they refer to each other.
MODELS = (
    Lead, CallbackRequest, InsuranceVerification, SearchToken, Consent, ContactAttempt,
    PromiseRecord, AuditEvent,
)  # fmt: skip

FIRST_NAMES = [
    "Aaron", "Abigail", "Ana", "Andre", "Ángel", "Bao", "Beatriz", "Carlos", "Chloe", "Dana",
    "Darnell", "Elena", "Eun-ji", "Farid", "Grace", "Hannah", "Hieu", "Ivan", "Jasmine", "José",
    "Kai", "Keisha", "Liam", "Lucía", "Malik", "Maria", "Mei", "Nadia", "Noah", "Olivia",
    "Omar", "Paulo", "Priya", "Quinn", "Rosa", "Samuel", "Siobhán", "Tariq", "Thảo", "Uma",
    "Victor", "Wei", "Xochitl", "Yusuf", "Zoë",
]  # fmt: skip
LAST_NAMES = [
    "Adams", "Ahmed", "Baker", "Castillo", "Chen", "Cruz", "Delgado", "Đặng", "Evans", "Flores",
    "Garcia", "Gutiérrez", "Harris", "Huang", "Ibrahim", "Jackson", "Kaur", "Kim", "Lopez",
    "Martinez", "McCarthy", "Moreno", "Nguyen", "Núñez", "O’Brien", "Ortiz", "Patel",
    "Petrosyan", "Quintero", "Ramirez", "Robinson", "Santos", "Singh", "Smith-Jones", "Tanaka",
    "Thompson", "Underwood", "Vang", "Vasquez", "Walker", "Xiong", "Yamamoto", "Young",
    "Zamora",
]  # fmt: skip
# Each with 555-0100 to 555-0199, which belong to nobody.
AREA_CODES = [
    "209", "213", "279", "310", "323", "341", "408", "415", "424", "442", "510", "530", "559",
    "562", "619", "626", "628", "650", "657", "661", "669", "707", "714", "747", "760", "805",
    "818", "831", "840", "858", "909", "916", "925", "949", "951", "206", "253", "303", "305",
    "312", "347", "404", "480", "503", "512", "602", "617", "646", "702", "713", "720", "775",
    "801", "808", "971",
]  # fmt: skip
MESSAGES = (
    "",
    "",
    "",
    "My son came home from detox on Friday and needs somewhere to go next.",
    "Please call me on my lunch break, I cannot talk at work.",
    "Do you take people who also see somebody for depression?",
    "I have tried before. I would like to keep my job this time.",
)
NOTES = ("", "", "Will think about it.", "Asked us to try again.", "Wants to visit first.")

# Of a hundred leads: how many end up so, and how many days ago they came at most.
FATES = (
    (36, Status.NEW, "", 1),
    (16, Status.CONTACTING, "", 7),
    (12, Status.REACHED, "", 14),
    (6, Status.ASSESSMENT_SCHEDULED, "", 21),
    (4, Status.ASSESSED, "", 21),
    (8, Status.ADMITTED, "", 180),
    (4, Status.CLOSED, Disposition.REFERRED_OUT, 365),
    (3, Status.CLOSED, Disposition.NOT_A_FIT, 365),
    (3, Status.CLOSED, Disposition.DECLINED, 365),
    (1, Status.CLOSED, Disposition.NO_SHOW, 365),
    (5, Status.CLOSED, Disposition.COULD_NOT_REACH, 365),
    (1, Status.CLOSED, Disposition.DUPLICATE, 365),
    (1, Status.CLOSED, Disposition.SPAM, 365),
)
BECAUSE = list(PromiseBroken)
UNTOUCHED = (Disposition.DUPLICATE, Disposition.SPAM)


def seed(count: int, *, random: Random, at: datetime) -> Counter:
    """Write so many leads and return how many rows of each kind that made."""
    made, world = Counter(), World.load(random, at=at)
    references = iter(random.sample(range(32**8), count))
    while made[Lead] < count:
        rows: dict[type, list] = {model: [] for model in MODELS}
        for _ in range(min(BATCH, count - made[Lead])):
            for row in world.lead_with_rows(_reference(next(references))):
                rows[type(row)].append(row)
        with transaction.atomic():
            for model, batch in rows.items():
                model.objects.bulk_create(batch)
                made[model] += len(batch)
        # With DEBUG on Django keeps every statement, values and all.
        reset_queries()
    return made


@dataclass
class World:
    """What made-up leads refer to, and the dice."""

    random: Random
    at: datetime
    clock: Clock
    zone: str
    staff: list
    programs: list[Program]
    carriers: list[Carrier]
    texts: dict
    # The newest lead of each number: its key alone, or all would stay in memory.
    seen: dict[str, uuid.UUID]

    @classmethod
    def load(cls, random: Random, *, at: datetime) -> "World":
        center, users = Center.objects.get(), get_user_model().objects
        staff = users.filter(is_active=True, is_staff=True).order_by("pk")
        return cls(
            random=random,
            at=at,
            clock=Clock.of(center, at=at),
            zone=center.time_zone,
            staff=list(staff) or [users.create_user("made-up", is_staff=True)],
            programs=list(Program.objects.order_by("pk")),
            carriers=list(Carrier.objects.order_by("pk")),
            texts=consent.current_texts(language="en", at=at),
            seen={},
        )

    def lead_with_rows(self, reference: str) -> Iterator[models.Model]:
        """Yield a lead and every row that belongs to it."""
        status, disposition, days = self.one_of(FATES, weights=[fate[0] for fate in FATES])[1:]
        lead = self.new_lead(reference, days)
        if status != Status.NEW and lead.promised_from >= self.at:
            status, disposition = Status.NEW, ""
        if status == Status.NEW and self.random.random() < 0.03:
            lead.suspicion = choices.Suspicion.TOO_FAST
        request = self.request_of(lead)
        ticks = [name for name in ("voicemail", "text", "email") if getattr(lead, f"{name}_ok")]
        yield lead
        yield request
        yield from consent.given_on_form(
            lead, [ConsentKind.CALL, *ticks], self.texts, at=lead.received_at
        )
        yield audit.link(
            lead, Action.RECEIVED, by=None, at=lead.received_at, fields=["phone", "name", *ticks]
        )
        holder = getattr(request, "holder_name", "")
        yield from lookup.tokens(lead, more_names=[holder])
        yield from self.work_on(lead, status, disposition)
        if isinstance(request, InsuranceVerification):
            request.lead_is_open = lead.is_open

    def new_lead(self, reference: str, days: int) -> Lead:
        random = self.random
        name = self.name()
        number = f"{random.choice(AREA_CODES)}-555-01{random.randrange(100):02}"
        nonce = f"{random.getrandbits(128):032x}"
        lead = Lead(
            id=uuid.UUID(int=random.getrandbits(128), version=4),
            reference=reference,
            arrival=choices.Arrival.CALLBACK,
            received_at=self.at - timedelta(days=days * random.random()),
            form_nonce=nonce,
            name=name if random.random() < 0.9 else "",
            phone_typed=number,
            phone="+1" + number.replace("-", ""),
            language=self.one_of(list(choices.Language), weights=[80, 12] + [1] * 16),
            for_whom=random.choice(list(choices.ForWhom)),
            is_adult=random.choice(list(choices.Adult)),
            heard_from=random.choice(list(choices.HeardFrom)),
            program=random.choice(self.programs) if self.programs else None,
            window=self.one_of(list(Window), weights=[5, 2, 2, 2]),
            timezone=self.one_of([self.zone, "America/New_York"], weights=[9, 1]),
            voicemail_ok=random.random() < 0.4,
            text_ok=random.random() < 0.3,
            ask_for=name.split()[0] if random.random() < 0.3 else "",
        )
        if random.random() < 0.4:
            lead.email = f"lead{random.randrange(10**9)}@example.org"
            lead.email_ok = random.random() < 0.5
        lead.pin_digest = receipts.pin_digest(lead.pk, receipts.pin_for(nonce))
        clock, zone = replace(self.clock, at=lead.received_at), ZoneInfo(lead.timezone)
        promise = clock.promise(lead.window, zone) or clock.promise(Window.ANY, zone)
        lead.promised_from, lead.promised_by = promise.start, promise.end
        lead.due_at, lead.active_at = promise.end, lead.received_at
        lead.possibly_same_id = self.seen.get(lead.phone)
        self.seen[lead.phone] = lead.pk
        return lead

    def request_of(self, lead: Lead) -> CallbackRequest | InsuranceVerification:
        random = self.random
        usual = {
            "id": uuid.UUID(int=random.getrandbits(128), version=4),
            "lead": lead,
            "received_at": lead.received_at,
            "form_nonce": lead.form_nonce,
            "content_digest": f"{random.getrandbits(128):032x}",
            "message": random.choice(MESSAGES),
        }
        if random.random() < 0.7:
            return CallbackRequest(
                phone_typed=lead.phone_typed, window=lead.window, timezone=lead.timezone, **usual
            )
        lead.arrival = choices.Arrival.INSURANCE
        lead.patient_name = self.name() if lead.for_whom != choices.ForWhom.SELF else ""
        return InsuranceVerification(
            due_at=lead.promised_by,
            birth_date=date(1950, 1, 1) + timedelta(days=random.randrange(365 * 55)),
            carrier=random.choice(self.carriers) if self.carriers else None,
            member_id=f"MADEUP{random.randrange(10**8):08}",
            group_number=f"{random.randrange(10**6):06}",
            plan_type=random.choice(list(choices.PlanType)),
            holder_relationship=choices.HolderRelationship.PARENT,
            holder_name=self.name(),
            **usual,
        )

    def work_on(self, lead: Lead, status: Status, disposition: str) -> Iterator[models.Model]:
        """Bring the lead to where it stands now; yield the attempts and audit events of that."""
        random, owner = self.random, self.random.choice(self.staff)
        length = lead.promised_by - lead.promised_from
        # One in ten is called after the promised time.
        part = 0.5 if random.random() < 0.9 else 1.5
        at = min(self.at, lead.promised_from + length * part)
        is_unreached = status == Status.CONTACTING or disposition == Disposition.COULD_NOT_REACH
        outcomes = [Outcome.NO_ANSWER] * random.randrange(1, 3)
        if status == Status.NEW or disposition in UNTOUCHED:
            outcomes = []
        elif not is_unreached:
            outcomes[-1] = Outcome.REACHED
        for outcome in outcomes:
            yield audit.link(lead, Action.CLAIMED, by=owner, at=at)
            yield ContactAttempt(
                id=uuid.UUID(int=random.getrandbits(128), version=4),
                lead=lead,
                by=owner,
                at=at,
                channel=choices.Channel.CALL,
                outcome=outcome,
                note=random.choice(NOTES),
            )
            yield audit.link(lead, Action.ATTEMPT_LOGGED, by=owner, at=at)
            lead.first_attempt_at = lead.first_attempt_at or at
            lead.due_at = self.at + timedelta(hours=random.uniform(-6, 72))
            lead.version += 2
            lead.active_at = at
            if outcome == Outcome.REACHED:
                lead.owner, lead.reached_at = owner, at
            at = min(self.at, at + cadence.USUAL_WAIT)
        if disposition not in UNTOUCHED:
            yield from self.settled_promise(lead)
        lead.status, lead.disposition = status, disposition
        if status in ENDED:
            lead.owner, lead.closed_at, lead.active_at = owner, at, at
        if status == Status.CLOSED:
            yield audit.link(lead, Action.CLOSED, by=owner, at=at)
            lead.version += 1

    def settled_promise(self, lead: Lead) -> Iterator[PromiseRecord]:
        """Yield how the promise ended, if it did."""
        tried = lead.first_attempt_at
        is_kept = tried is not None and tried <= lead.promised_by
        if not is_kept and lead.promised_by >= self.at:
            return
        because = "" if is_kept else self.one_of(["", *BECAUSE], weights=[3] + [1] * len(BECAUSE))
        lead.promise_kept, lead.promise_broken_because = is_kept, because
        yield PromiseRecord(
            lead=lead,
            promised_from=lead.promised_from,
            promised_by=lead.promised_by,
            outcome=PromiseOutcome.KEPT if is_kept else PromiseOutcome.BROKEN,
            settled_at=tried if is_kept else lead.promised_by,
            answered_at=None if is_kept else tried,
            because=because,
        )

    def name(self) -> str:
        """Return a name; as on the forms, often a first name is all there is."""
        first, last = self.random.choice(FIRST_NAMES), self.random.choice(LAST_NAMES)
        return first if self.random.random() < 0.4 else f"{first} {last}"

    def one_of(self, options, *, weights):
        return self.random.choices(options, weights=weights)[0]


def _reference(number: int) -> str:
    letters = [lookup.REFERENCE_ALPHABET[number >> shift & 31] for shift in range(0, 40, 5)]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"
