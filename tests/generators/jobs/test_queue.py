"""The queue is bounded and lets users take turns."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.errors import QueueFull
from generators.jobs.queue import FairQueue


def filled(*users):
    queue = FairQueue(capacity=100, per_user=50)
    for number, user in enumerate(users):
        queue.push(user, f"{user}{number}")
    return queue


def drained(queue):
    return list(iter(queue.pop, None))


def test_one_user_is_served_in_order():
    assert drained(filled("a", "a", "a")) == ["a0", "a1", "a2"]


def test_a_user_with_many_jobs_does_not_hold_up_the_others():
    assert drained(filled("a", "a", "a", "b", "c")) == ["a0", "b3", "c4", "a1", "a2"]


def test_a_user_who_was_just_served_waits_for_the_others():
    queue = filled("a", "a", "b")
    assert queue.pop() == "a0"
    queue.push("a", "a9")
    assert drained(queue) == ["b2", "a1", "a9"]


@settings(deadline=None)
@given(st.lists(st.sampled_from("abcd"), max_size=30), st.integers(0, 10))
def test_turns_are_fair_and_the_order_is_the_one_foretold(users, served):
    queue = filled(*users)
    for _ in range(served):
        queue.pop()
    foretold = queue.order()
    taken = drained(queue)
    assert taken == foretold
    assert len(set(taken)) == len(taken) == max(0, len(users) - served)
    counts = Counter()
    for job in taken:
        waiting = {other[0] for other in taken[taken.index(job) :]}
        counts[job[0]] += 1
        assert all(counts[job[0]] - counts[user] <= 1 for user in waiting)


def test_removed_jobs_are_not_served():
    queue = filled("a", "b", "a")
    assert queue.remove("a0") and not queue.remove("a0") and not queue.remove("z")
    assert queue.remove("b1")
    assert drained(queue) == ["a2"]


def test_it_is_bounded_in_all_and_for_each_user():
    queue = FairQueue(capacity=3, per_user=2)
    queue.push("a", "1")
    queue.push("a", "2")
    with pytest.raises(QueueFull, match="2 of your jobs are waiting"):
        queue.check_room("a")
    queue.check_room("b")
    queue.push("b", "3")
    with pytest.raises(QueueFull, match="3 jobs are waiting"):
        queue.check_room("c")
    queue.pop()
    queue.check_room("c")
