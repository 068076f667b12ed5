"""Which of two results is better: paired on shared seeds, and careful about what differs."""

import json

import pytest

from agent.evaluation.errors import EvaluationError
from agent.evaluation.games.compare import compare, read_result
from agent.evaluation.games.verdict import sentences

NAMES = {"first": "x.json", "second": "y.json", "": "cannot be told"}


@pytest.fixture
def written(tmp_path, summary):
    def write(name, scores, **changes):
        path = tmp_path / name
        path.write_text(json.dumps(summary(scores, **changes)))
        return read_result(path)

    return write


def test_a_steady_gain_is_better(written):
    base = [0.1, 0.5, 0.9, 0.3, 0.7]
    better = written("x.json", {"a": [score + 0.05 for score in base]})
    worse = written("y.json", {"a": base}, agent="blind")
    found = compare(better, worse)
    assert found.overall is not None
    assert found.overall.verdict == "first"
    assert found.overall.difference == pytest.approx(0.05)
    assert found.games["a"].n == 5
    assert compare(worse, better).overall.verdict == "second"
    assert any(
        line.startswith("x.json is better: normalised difference +0.050") for line in sentences(NAMES, found)
    )


def test_the_same_cannot_be_told_apart(written):
    one = written("x.json", {"a": [0.1, 0.9], "b": [1.0, 0.0]})
    found = compare(one, one)
    assert found.overall.verdict == ""
    assert found.improvement == 0.5
    assert found.differing == ()
    assert any("cannot be told" in line for line in sentences(NAMES, found))


def test_the_overall_difference_is_in_normalised_scores(written):
    ours, theirs = {"a": [10.0, 12.0]}, {"a": [8.0, 10.0]}
    found = compare(written("x.json", ours, low=0.0, high=20.0), written("y.json", theirs, low=0.0, high=20.0))
    assert found.games["a"].difference == pytest.approx(2.0)
    assert found.overall.difference == pytest.approx(0.1)


def test_what_is_missing_or_different_is_said(written):
    found = compare(written("x.json", {"a": [1.0], "b": [1.0]}), written("y.json", {"a": [0.0]}))
    assert found.left_out == ("b",)
    assert "budgets" in found.differing
    lines = sentences(NAMES, found)
    assert any("for want of pairs" in line and "b" in line for line in lines)
    assert any(line.startswith("careful: the two were made with different") for line in lines)


def test_nothing_in_common_is_one_line(written):
    with pytest.raises(EvaluationError, match="no game with a common seed"):
        compare(written("x.json", {"a": [1.0]}), written("y.json", {"b": [1.0]}))


@pytest.mark.parametrize(
    ("content", "expected"), [("{", "is not JSON"), ("{}", "no result"), ("[1]", "no result")]
)
def test_a_file_that_is_no_result_is_said_so(tmp_path, content, expected):
    path = tmp_path / "z.json"
    path.write_text(content)
    with pytest.raises(EvaluationError, match=expected):
        read_result(path)
    with pytest.raises(EvaluationError, match="cannot read"):
        read_result(tmp_path / "none.json")
