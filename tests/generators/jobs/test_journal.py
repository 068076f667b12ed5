"""The journal keeps every job, and puts in order what a dead process left."""

import sqlite3

import pytest

from generators.errors import GeneratorError, JobUnknown
from generators.jobs.job import Job
from generators.jobs.journal import INTERRUPTED, Journal


@pytest.fixture
def path(tmp_path):
    return tmp_path / "jobs.sqlite"


def job(name, **values):
    return Job(name, "ann", "image", {"prompt": "a “fox”", "seed": 3}, 1.5, {"image": "ab"}, **values)


def test_what_is_added_is_read_back_by_another_process(path):
    first = job("one", facts={"a": [1]}, retryable=True, status="failed", ended=2.0)
    Journal(path).add(first)
    assert Journal(path).get("one") == first
    with pytest.raises(JobUnknown, match="no job 'two'"):
        Journal(path).get("two")


def test_jobs_of_a_user_are_the_newest_first(path):
    journal = Journal(path)
    for name in ("one", "two", "three"):
        journal.add(job(name))
    assert [each.id for each in journal.of_user("ann", 2)] == ["three", "two"]
    assert journal.of_user("bob", 9) == []


def test_a_status_is_changed_only_from_one_that_was_expected(path):
    journal = Journal(path)
    journal.add(job("one"))
    assert journal.change("one", only_if=("queued",), status="running")
    assert not journal.change("one", only_if=("queued",), status="cancelled")
    assert journal.get("one").status == "running"


def test_after_a_crash_each_is_done_or_failed_or_waits(path):
    journal = Journal(path)
    for name, status in (("w1", "queued"), ("r1", "running"), ("w2", "queued"), ("r2", "running"), ("d", "done")):
        journal.add(job(name, status=status))
    waiting = Journal(path).recover(lambda each: {"artifact": "r2.png"} if each.id == "r2" else None)
    assert [each.id for each in waiting] == ["w1", "w2"]
    r1, r2, done = (journal.get(name) for name in ("r1", "r2", "d"))
    assert (r1.status, r1.error, r1.retryable) == ("failed", INTERRUPTED, True)
    assert (r2.status, r2.artifact) == ("done", "r2.png")
    assert done.status == "done"


def test_files_that_are_no_journal_or_a_newer_one_are_refused(path):
    path.write_text("hello, this is no database at all, but a text file of some length")
    with pytest.raises(GeneratorError, match="cannot open the jobs' journal"):
        Journal(path)
    path.unlink()
    Journal(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(GeneratorError, match="newer version"):
        Journal(path)
