"""A killed evaluation goes on: finished episodes are kept, torn lines dropped, other evaluations refused."""

import json

import pytest

from agent.evaluation.errors import EvaluationError
from agent.evaluation.log import EpisodeLog, write_json


def test_finished_episodes_are_not_played_again(tmp_path, manifest, result):
    path = tmp_path / "r.json.episodes.jsonl"
    with EpisodeLog.open(path, manifest()) as log:
        assert len(log.pending()) == 6
        assert log.session == 0
        log.append(result("click-tab", 1))

    with EpisodeLog.open(path, manifest()) as again:
        assert again.results == [result("click-tab", 1)]
        assert ("click-tab", 1) not in again.pending()
        assert len(again.pending()) == 5
        assert again.session == 1


def test_an_episode_is_on_the_disk_as_soon_as_it_is_finished(tmp_path, manifest, result):
    path = tmp_path / "log"
    with EpisodeLog.open(path, manifest()) as log:
        log.append(result())
        assert len(path.read_text().splitlines()) == 2, "manifest and episode, without closing"


def test_a_line_that_a_kill_cut_short_is_dropped(tmp_path, manifest, result):
    path = tmp_path / "log"
    with EpisodeLog.open(path, manifest()) as log:
        log.append(result("click-tab", 0))
        log.append(result("click-tab", 1))
    path.write_text(path.read_text()[:-20])

    with EpisodeLog.open(path, manifest()) as again:
        assert [episode.seed for episode in again.results] == [0]
        again.append(result("click-tab", 1))
    with EpisodeLog.open(path, manifest()) as last:
        assert [episode.seed for episode in last.results] == [0, 1]


def test_a_line_damaged_in_the_middle_is_an_error(tmp_path, manifest, result):
    path = tmp_path / "log"
    with EpisodeLog.open(path, manifest()) as log:
        log.append(result())
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], "{", lines[1]]) + "\n")
    with pytest.raises(EvaluationError, match="line 2 is damaged"):
        EpisodeLog.open(path, manifest())


def test_another_evaluation_is_not_mixed_in(tmp_path, manifest):
    path = tmp_path / "log"
    EpisodeLog.open(path, manifest()).close()
    before = path.read_text()
    with pytest.raises(EvaluationError, match=r"another agent, model_hash.*--fresh"):
        EpisodeLog.open(path, manifest(agent="oracle", model_hash="ab"))
    assert path.read_text() == before, "nothing is lost by asking"


def test_fresh_starts_over(tmp_path, manifest, result):
    path = tmp_path / "log"
    with EpisodeLog.open(path, manifest()) as log:
        log.append(result())
    with EpisodeLog.open(path, manifest(agent="oracle"), fresh=True) as again:
        assert again.results == []


def test_a_file_that_is_no_log_is_left_alone(tmp_path, manifest):
    path = tmp_path / "log"
    path.write_text("dear diary\n")
    with pytest.raises(EvaluationError, match="not a log of episodes"):
        EpisodeLog.open(path, manifest())
    assert path.read_text() == "dear diary\n"


def test_a_place_that_cannot_be_written_is_told_in_one_line(tmp_path, manifest):
    (tmp_path / "file").touch()
    with pytest.raises(EvaluationError, match=r"cannot write .*file/log: "):
        EpisodeLog.open(tmp_path / "file" / "log", manifest())


def test_without_a_path_episodes_stay_in_memory(manifest, result):
    log = EpisodeLog.open(None, manifest())
    log.append(result())
    assert log.results == [result()]


def test_json_is_replaced_whole(tmp_path):
    path = tmp_path / "new" / "r.json"
    write_json(path, {"a": 1})
    write_json(path, {"a": 2})
    assert json.loads(path.read_text()) == {"a": 2}
    assert list(path.parent.iterdir()) == [path], "nothing half-written stays behind"
