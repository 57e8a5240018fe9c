"""What treatment may cost: arithmetic that a person can follow line by line."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import doubts
from intake.choices import CopayPer, Known, Network
from intake.estimates import Left, Terms, estimate

D = Decimal
CERTAIN = Terms(
    network=Network.IN,
    covered=Known.YES,
    deductible_applies=Known.YES,
    deductible=Left(D(900), D(900)),
    limit=Left(D(3000), D(3000)),
    allowed_low=D(300),
    allowed_high=D(400),
    coinsurance=D(20),
    days_left=D(60),
    prior_authorization=Known.NO,
)


def totals(terms: Terms, low: int = 12, high: int = 20) -> tuple[Decimal, Decimal]:
    found = estimate(terms, days=(low, high))
    return found.low.total, found.high.total


def doubts_of(**facts) -> list[str]:
    return doubts.about(replace(CERTAIN, **facts), days=(12, 20))


def shown(side) -> dict[str, tuple[str, Decimal]]:
    return {name: (step.how, step.amount) for name, step in side.steps.items()}


# Reckoned by hand


def test_deductible_then_coinsurance_each_step_shown():
    found = estimate(CERTAIN, days=(12, 20))
    assert shown(found.low) == {
        "counted": ("12 × $300.00", D(3600)),
        "deductible": ("", D(900)),
        "coinsurance": ("20% of $2,700.00", D(540)),
        "share": ("", D(1440)),
        "total": ("", D(1440)),
    }
    assert shown(found.high)["coinsurance"] == ("20% of $7,100.00", D(1420))
    assert found.high.total == D(2320)
    assert [line.label for line in found.lines] == [
        "Treatment, at the price the plan allows",
        "Of this, deductible still to be paid",
        "Coinsurance",
        "Your share of it",
        "To be paid by you",
    ]
    assert [line.is_total for line in found.lines] == [False] * 4 + [True]


def test_the_yearly_maximum_ends_the_sum():
    found = estimate(replace(CERTAIN, limit=Left(D(2000), D(2000))), days=(12, 20))
    assert found.low.total == D(1440)
    assert "limit" not in found.low.steps
    assert (found.high.total, found.high.steps["limit"].amount) == (D(2000), D(2000))


def test_where_both_ends_cost_the_same_each_still_shows_its_own_days():
    found = estimate(replace(CERTAIN, limit=Left(D(1000), D(1000))), days=(12, 20))
    assert (found.low.total, found.high.total) == (D(1000), D(1000))
    assert found.low.steps["counted"].how == "12 × $300.00"
    assert found.high.steps["counted"].how == "20 × $400.00"


def test_who_has_reached_it_pays_nothing_more():
    assert totals(replace(CERTAIN, limit=Left(D(0), D(0)))) == (0, 0)


@pytest.mark.parametrize(
    ("deductible", "copays"),
    [
        (D(0), ("10 × $25.00", D(250))),
        (D(400), ("9 × $25.00", D(225))),
        # 10 dollars of the second day are left when the deductible is met.
        (D(790), ("8 × $25.00, and $10.00 on the day on which the deductible ends", D(210))),
        (D(410), ("9 × $25.00", D(225))),
    ],
)
def test_copays_are_for_the_days_after_the_deductible(deductible, copays):
    terms = replace(
        CERTAIN, allowed_low=D(400), coinsurance=None, copay=D(25),
        deductible=Left(deductible, deductible),
    )  # fmt: skip
    found = estimate(terms, days=(10, 10))
    assert shown(found.low)["copay"] == copays
    assert found.low.total == deductible + copays[1]


def test_a_copay_for_the_whole_stay_is_paid_once():
    stay = {"copay": D(500), "copay_per": CopayPer.STAY, "coinsurance": None}
    assert totals(replace(CERTAIN, **stay)) == (D(1400), D(1400))


def test_a_copay_is_never_more_than_the_day_costs():
    day = {"copay": D(900), "coinsurance": None, "deductible_applies": Known.NO, "limit": None}
    assert totals(replace(CERTAIN, **day)) == (D(3600), D(8000))


def test_days_beyond_the_limit_of_the_plan_are_paid_in_full():
    found = estimate(replace(CERTAIN, days_left=D(15), charge=D(700)), days=(12, 20))
    assert "uncounted" not in found.low.steps
    assert shown(found.high)["uncounted"] == ("5 × $700.00", D(3500))
    assert found.high.total == D(900) + D(20) * D(5100) / 100 + D(3500)
    assert "15 more days this year" in " ".join(doubts_of(days_left=D(15)))


def test_what_is_not_covered_is_paid_in_full():
    found = estimate(replace(CERTAIN, covered=Known.NO, charge=D(700)), days=(12, 20))
    assert shown(found.low) == {
        "uncounted": ("12 × $700.00", D(8400)),
        "total": ("", D(8400)),
    }
    assert found.high.total == D(14000)
    assert doubts_of(covered=Known.NO)[0].startswith("The plan does not cover this program")


def test_out_of_network_the_difference_comes_on_top_of_every_maximum():
    out = {"network": Network.OUT, "charge": D(700), "limit": Left(D(1000), D(1000))}
    found = estimate(replace(CERTAIN, **out), days=(12, 12))
    both = (found.low, found.high)
    assert [shown(side)["above"] for side in both] == [
        ("12 × $300.00", D(3600)),
        ("12 × $400.00", D(4800)),
    ]
    assert [side.total for side in both] == [D(4600), D(5800)]


def test_in_network_nobody_bills_the_difference():
    assert totals(replace(CERTAIN, charge=D(700))) == totals(CERTAIN)


# What is not known


def test_what_nobody_knows_is_named_and_widens_the_range():
    terms = Terms(
        network=Network.OUT,
        covered=Known.UNKNOWN,
        deductible_applies=Known.UNKNOWN,
        deductible=None,
        limit=None,
        allowed_low=D(300),
        allowed_high=D(400),
    )
    found = estimate(terms, days=(12, 20))
    assert (found.low.total, found.high.total) == (0, D(8000))
    said = " ".join(doubts.about(terms, days=(12, 20)))
    for words in ("covers this program at all", "has to agree", "deductible is not known",
                  "Copay and coinsurance are not known", "yearly maximum is not known",
                  "limits the number of days", "what the plan allows", "12 to 20"):  # fmt: skip
        assert words in said, words


def test_what_is_certain_raises_few_doubts():
    terms = replace(CERTAIN, allowed_high=D(300), deductible_applies=Known.NO)
    assert doubts.about(terms, days=(12, 12)) == []


def test_a_family_deductible_that_is_nearly_met_ends_sooner():
    assert Left.of((D(1500), D(600)), (D(3000), D(2900))) == Left(D(100), D(100))
    assert Left.of((D(1500), None), (None, D(10))) == Left(D(0), D(1500))
    assert Left.of((D(1500), D(9000))) == Left(D(0), D(0))
    assert Left.of((None, None), (None, D(10))) is None


# Whatever is typed

# Small ones too, so that they meet each other.
money = st.integers(0, 3000).map(Decimal) | st.decimals(0, 10_000_000, places=2)
known = st.sampled_from(Known)


def maybe(strategy):
    return st.none() | strategy


@st.composite
def left(draw):
    return Left(*sorted([draw(money), draw(money)]))


@st.composite
def terms(draw):
    allowed = sorted([draw(money), draw(money)])
    return Terms(
        network=draw(st.sampled_from(Network)),
        covered=draw(known),
        deductible_applies=draw(known),
        deductible=draw(maybe(left())),
        limit=draw(maybe(left())),
        allowed_low=allowed[0],
        allowed_high=allowed[1],
        copay=draw(maybe(money)),
        copay_per=draw(st.sampled_from(CopayPer)),
        coinsurance=draw(maybe(st.decimals(0, 100, places=2))),
        days_left=draw(maybe(st.integers(0, 1000).map(Decimal))),
        charge=draw(maybe(money.map(lambda more: allowed[1] + more))),
        prior_authorization=draw(known),
    )


days = st.tuples(st.integers(0, 366), st.integers(0, 366)).map(lambda pair: tuple(sorted(pair)))
many = settings(max_examples=200, deadline=None)


@many
@given(terms(), days)
def test_the_range_is_in_order_and_never_negative(plan, count):
    found = estimate(plan, days=count)
    assert 0 <= found.low.total <= found.high.total
    price = plan.charge if plan.charge is not None else plan.allowed_high
    assert found.high.total <= count[1] * price


@many
@given(terms(), days)
def test_the_steps_add_up_to_the_total(plan, count):
    for side in (estimate(plan, days=count).low, estimate(plan, days=count).high):
        amount = {name: step.amount for name, step in side.steps.items()}
        assert all(value >= 0 for value in amount.values())
        parts = [amount.get(name, 0) for name in ("deductible", "copay", "coinsurance")]
        share = min(sum(parts), amount.get("counted", 0))
        assert amount.get("share", 0) == share
        share = min(share, amount.get("limit", share))
        assert side.total == share + amount.get("uncounted", 0) + amount.get("above", 0)


@many
@given(terms(), days)
def test_in_network_a_maximum_in_force_is_never_exceeded(plan, count):
    plan = replace(plan, network=Network.IN, covered=Known.YES, days_left=None)
    found = estimate(plan, days=count)
    if plan.limit is not None:
        assert found.low.total <= plan.limit.low
        assert found.high.total <= plan.limit.high


@many
@given(terms(), days, st.integers(0, 100))
def test_more_days_never_cost_less(plan, count, more):
    longer = estimate(plan, days=(count[0] + more, count[1] + more))
    found = estimate(plan, days=count)
    assert longer.low.total >= found.low.total
    assert longer.high.total >= found.high.total


@many
@given(terms(), days, money, st.decimals(0, 100, places=2), known.filter(lambda k: k != "unknown"))
def test_knowing_more_never_leads_outside_the_range(plan, count, amount, share, answer):
    found = estimate(plan, days=count)
    facts = {}
    if plan.deductible is None:
        facts["deductible"] = Left(amount, amount)
    if plan.coinsurance is None and plan.copay is None:
        facts["coinsurance"] = share
    for name in ("covered", "deductible_applies"):
        if getattr(plan, name) == Known.UNKNOWN:
            facts[name] = answer
    surer = estimate(replace(plan, **facts), days=count)
    assert found.low.total <= surer.low.total
    assert surer.high.total <= found.high.total
