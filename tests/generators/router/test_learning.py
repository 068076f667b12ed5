"""Votes: the last one counts, refitting gives the same bits, and only what is not worse gets to decide."""

import sqlite3

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generators.router.database.beliefs import live_version, posterior_of, put_posterior, roll_back, set_live
from generators.router.database.record import counting_votes, vote
from generators.router.database.store import Database
from generators.router.errors import RouterError
from generators.router.shadow import FEWEST, Shadow, compare, keep, promote, refit
from generators.router.taxonomy import embedded_taxonomy

from .conftest import ARMS, drawn

PROMPTS = ("a red cube", "a watercolour lake", "a pixel art knight")
PICTURES = [f"picture-{index}" for index in range(6)]
VOTES = st.lists(
    st.tuples(
        st.sampled_from(["ada", "bob"]),
        st.sampled_from(PICTURES),
        st.one_of(st.none(), st.sampled_from(PICTURES)),
        st.sampled_from([-1, 0, 1]),
    ).filter(lambda cast: cast[1] != cast[2]),
    max_size=12,
)


def gallery() -> Database:
    """Six pictures of three prompts by three arms, without scores: the base is the prior."""
    database = Database(":memory:", embedded_taxonomy())
    keep(database, ARMS, 0.0)
    for index, name in enumerate(PICTURES):
        drawn(database, name, PROMPTS[index % 3], ARMS[index % len(ARMS)].name)
    return database


@settings(max_examples=15)
@given(VOTES)
def test_the_last_vote_on_a_picture_or_pair_is_the_only_one(cast):
    with gallery() as database:
        expected = {}
        for number, (user, first, second, value) in enumerate(cast):
            vote(database, user, first, value, float(number), second)
            key = (user, *sorted(part for part in (first, second) if part))
            expected[key] = value if second is None or first < second else -value
        rows = database.connection.execute(
            "SELECT user, artifact_a, artifact_b, value FROM feedback WHERE superseded_by IS NULL"
        ).fetchall()
        assert {(user, *(part for part in (a, b) if part)): value for user, a, b, value in rows} == expected
        assert len(counting_votes(database)) == sum(value != 0 for value in expected.values())
        total = database.connection.execute("SELECT COUNT(*) FROM feedback").fetchone()[0]
        assert total == len(cast), "what somebody once thought stays on record"


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(VOTES)
def test_a_shadow_that_learned_vote_by_vote_has_the_bits_of_one_made_from_the_tables(cast):
    with gallery() as database:
        shadow = Shadow(database, ARMS)
        for number, (user, first, second, value) in enumerate(cast):
            vote(database, user, first, value, float(number), second)
            shadow.catch_up()
        assert shadow.posterior().digest() == refit(database, ARMS).digest()


def test_refitting_after_a_vote_was_changed_is_as_if_only_the_last_had_been_cast():
    with gallery() as changed, gallery() as once:
        vote(changed, "ada", PICTURES[0], 1, 0.0)
        vote(changed, "ada", PICTURES[1], 1, 1.0)
        vote(changed, "ada", PICTURES[0], -1, 2.0)
        vote(once, "ada", PICTURES[1], 1, 1.0)
        vote(once, "ada", PICTURES[0], -1, 2.0)
        assert refit(changed, ARMS).digest() == refit(once, ARMS).digest()


def test_refitting_from_a_copy_of_the_file_gives_the_same_bits(tmp_path, small_matrix, taxonomy):
    with Database(tmp_path / "a.sqlite", taxonomy) as database:
        database.put_matrix(small_matrix)
        version = keep(database, ARMS, 0.0)
        drawn(database, "one", "a red cube", ARMS[0].name, version)
        vote(database, "ada", "one", 1, 0.0)
        digest = refit(database, ARMS).digest()
        with sqlite3.connect(tmp_path / "b.sqlite") as copy:
            database.connection.backup(copy)
        copy.close()
    with Database(tmp_path / "b.sqlite", taxonomy) as again:
        assert refit(again, ARMS).digest() == digest
        assert posterior_of(again, version).digest() != digest, "the vote moved something"


def test_one_person_cannot_move_it_at_will_in_a_day():
    with gallery() as database:
        for index in range(5):
            drawn(database, f"more-{index}", PROMPTS[0], ARMS[0].name)
            vote(database, "ada", f"more-{index}", 1, 100.0 + index)
            vote(database, "bob", f"more-{index}", 1, 100.0 + index)
        vote(database, "ada", PICTURES[0], 1, 100.0 + 86_400)
        counting = [each.user for each in counting_votes(database, daily_cap=3)]
        assert counting.count("bob") == 3
        assert counting.count("ada") == 4, "three on the first day, one on the next"


@pytest.mark.parametrize(
    ("first", "second", "value", "says"),
    [
        ("nobody", None, 1, "no artifact"),
        (PICTURES[0], PICTURES[0], 1, "two pictures"),
        (PICTURES[0], None, 2, "1, -1"),
    ],
)
def test_votes_that_cannot_be_are_refused(first, second, value, says):
    with gallery() as database, pytest.raises(RouterError, match=says):
        vote(database, "ada", first, value, 0.0, second)


def test_a_liked_arm_is_chosen_more_and_only_after_promotion(router, database):
    before = router.route("a purple teapot", mode="best")
    loser = before.table[-1][0]
    version = live_version(database)
    for index in range(FEWEST + 10):
        one = drawn(database, f"liked-{index}", "a purple teapot", loser, version, user=f"u{index}")
        two = drawn(database, f"other-{index}", "a purple teapot", before.arm.name, version, user=f"u{index}")
        router.feedback(f"u{index}", two, -1, one)
    assert router.route("a purple teapot", mode="best").arm == before.arm, "the live posterior has not moved"
    shadow = keep(database, ARMS, 1.0)
    assert live_version(database) == version
    verdict = promote(database, 2.0)
    assert verdict is not None and verdict.not_worse and verdict.gain > 0
    after = router.route("a purple teapot", mode="best")
    assert (after.arm.name, after.posterior_version) == (loser, shadow)
    assert roll_back(database, 3.0) == version
    assert router.route("a purple teapot", mode="best").arm == before.arm


def test_a_shadow_that_people_would_like_less_is_not_promoted(router, database):
    before = router.route("a purple teapot", mode="best")
    live = live_version(database)
    posterior = posterior_of(database, live)
    worse = type(posterior)(
        posterior.arms, tuple(reversed(posterior.gaussians)), posterior.noise, posterior.scale, posterior.centre
    )
    other = next(arm for arm in ARMS if arm != before.arm)
    for index in range(FEWEST + 10):
        one = drawn(database, f"mine-{index}", "a purple teapot", before.arm.name, live, user=f"u{index}")
        router.feedback(f"u{index}", one, 1)
    put_posterior(database, worse, {}, 1.0)
    moved = worse.arms[
        int(np.argmax(worse.means @ database.features(database.prompt_id("a purple teapot")).phi()))
    ]
    assert moved != before.arm.name, f"the test needs a shadow that chooses otherwise, such as {other.name}"
    with pytest.raises(RouterError, match="not promoted"):
        promote(database, 2.0)
    assert live_version(database) == live


def test_too_few_votes_promote_nothing(router, database):
    live = live_version(database)
    drawn(database, "one", "a red cube", ARMS[0].name, live)
    router.feedback("ada", "one", 1)
    keep(database, ARMS, 1.0)
    with pytest.raises(RouterError, match=f"it takes {FEWEST}"):
        promote(database, 2.0)


def test_a_posterior_against_itself_gains_nothing(router, database):
    live = live_version(database)
    drawn(database, "one", "a red cube", ARMS[0].name, live)
    router.feedback("ada", "one", 1)
    posterior = posterior_of(database, live)
    verdict = compare(database, posterior, posterior, live)
    assert (verdict.judged, verdict.gain, verdict.lower) == (1, 0.0, 0.0)


def test_rolling_back_walks_the_line_of_promotions(database):
    keep(database, ARMS, 0.0)
    with pytest.raises(RouterError, match="no earlier"):
        roll_back(database, 0.0)
    first = live_version(database)
    posterior = posterior_of(database, first)
    for noise in (0.2, 0.3):
        changed = type(posterior)(posterior.arms, posterior.gaussians, noise, 1.0, posterior.centre)
        set_live(database, put_posterior(database, changed, {}, 0.0).version, "promoted", 0.0)
    assert [roll_back(database, 0.0), roll_back(database, 0.0)] == [first + 1, first]


def test_a_file_of_a_newer_program_is_left_alone(tmp_path, taxonomy):
    path = tmp_path / "router.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(RouterError, match="newer version"):
        Database(path, taxonomy)
