"""Guessing is counted, however many guess at once, and the counters tell nothing."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from intake import throttle
from intake.models import Throttle

NOW = timezone.now()
PER = timedelta(minutes=15)


def count(who="K7", *, purpose="pin", after=timedelta(0)) -> int:
    return throttle.count(purpose, who, per=PER, at=NOW + after)


def test_each_time_counts_within_the_stretch_that_began_with_the_first(db):
    assert [count() for _ in range(3)] == [1, 2, 3]
    assert count(after=PER - timedelta(seconds=1)) == 4
    assert count(after=PER) == 1
    assert count(after=PER * 1.5) == 2
    assert Throttle.objects.count() == 1


def test_everybody_and_every_purpose_is_counted_apart(db):
    assert [count("a"), count("b"), count("a", purpose="sign in"), count("a")] == [1, 1, 1, 2]


def test_a_right_answer_starts_the_count_anew(db):
    count("a"), count("a"), count("b")
    throttle.forget("pin", "a")
    throttle.forget("pin", "nobody")
    assert (count("a"), count("b")) == (1, 2)


def test_no_counter_says_who_was_counted(db):
    count("203.0.113.77")
    (row,) = Throttle.objects.values()
    assert "203.0.113.77" not in str(row)
    assert len(row["key"]) == 32


def test_only_what_is_over_is_swept(db):
    count("old"), count("new", after=PER / 2)
    assert throttle.sweep(at=NOW + PER) == 1
    assert (count("old", after=PER), count("new", after=PER)) == (1, 2)


@pytest.mark.parametrize("who", ["", "\0", "😀" * 10_000, "'; DROP TABLE"])
def test_anything_can_be_counted(db, who):
    assert (count(who), count(who)) == (1, 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stale", [False, True])
def test_many_at_once_are_all_counted(stale):
    if stale:
        count(after=-2 * PER)
    counted, faults, ready = [], [], threading.Barrier(4)

    def guess():
        try:
            ready.wait(10)
            counted.extend(count() for _ in range(10))
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert sorted(counted) == list(range(1, 41))
