"""A whole evaluation of small games: its files, its resume, its cached baselines, its crashes."""

import json

import pytest

from agent.evaluation.errors import EvaluationError
from agent.evaluation.games import runner
from agent.evaluation.games.config import GamesConfig
from agent.evaluation.games.evaluate import evaluate
from envs.games.adapter.errors import GameError
from envs.protocol import SeedRange
from envs.suites.games.suite import read_suite

SUITE = """
title = "Walks"
[[games]]
id = "FrozenLake-v1"
max_steps = 12
"""


class Killed(Exception):
    pass


class Silent:
    """A watcher that remembers who was played."""

    def __init__(self):
        self.begun, self.ended = [], []

    def report(self, text):
        pass

    def begin(self, total, earlier):
        self.begun.append((total, len(earlier)))

    def finished(self, result):
        self.ended.append((result.task, result.seed))


@pytest.fixture
def config(tmp_path):
    def make(suite=SUITE, **changes):
        given = {
            "suite": read_suite("walks", suite, "walks.toml"),
            "agent": "random",
            "seeds": SeedRange(start=2_000_000, count=2),
            "baselines": (),
            "cache": tmp_path / "runs" / "baselines",
            "runs": tmp_path / "runs",
            "json_path": tmp_path / "r.json",
        }
        return GamesConfig(**(given | changes))

    return make


async def test_all_files_are_written_and_the_replay_is_in_the_page(config, tmp_path):
    summary = await evaluate(config(), Silent())
    assert json.loads((tmp_path / "r.json").read_text()) == summary
    manifest = json.loads((tmp_path / "r.json.manifest.json").read_text())
    assert manifest == summary["manifest"]
    assert manifest["worlds"]["FrozenLake-v1"]["moves"] == ["left", "down", "right", "up"]
    assert "FrozenLake-v1" in (tmp_path / "r.md").read_text()
    page = (tmp_path / "r.html").read_text()
    assert "iframe" in page and "data:image/png" in page
    assert summary["games"]["FrozenLake-v1"]["n"] == 2
    assert "oracle" in summary["games"]["FrozenLake-v1"]["baselines"]


async def test_the_manifest_is_there_before_the_first_episode(config, tmp_path, monkeypatch):
    async def dies(*_, **__):
        assert (tmp_path / "r.json.manifest.json").exists()
        raise Killed

    monkeypatch.setattr(runner, "play_episode", dies)
    with pytest.raises(Killed):
        await evaluate(config(), Silent())
    assert not (tmp_path / "r.json").exists()


async def test_a_killed_evaluation_plays_only_what_is_left_and_comes_to_the_same(config, tmp_path):
    first = await evaluate(config(), Silent())
    log = tmp_path / "r.json.episodes.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(lines[:-1]) + lines[-1][:40])
    again = Silent()
    second = await evaluate(config(), again)
    assert again.begun == [(2, 1), (2, 2)], "the agent's other episode, and the cached oracle's none"
    assert len(again.ended) == 1
    assert second["games"]["FrozenLake-v1"]["scores"] == first["games"]["FrozenLake-v1"]["scores"]


async def test_baselines_are_shared_between_agents(config, tmp_path):
    await evaluate(config(baselines=("constant",)), Silent())
    watcher = Silent()
    await evaluate(config(agent="oracle", baselines=("constant",), json_path=tmp_path / "o.json"), watcher)
    assert watcher.begun == [(2, 0), (2, 0), (2, 2)], (
        "the oracle and random anew, once each; constant from the cache"
    )


async def test_a_crash_is_counted_as_zero_and_the_others_go_on(config, monkeypatch):
    whole = runner.Game.make

    def fragile(*arguments, **keywords):
        game = whole(*arguments, **keywords)
        start = game.start

        def breaks(seed):
            if seed == 2_000_000:
                raise RuntimeError("the game fell over")
            return start(seed)

        game.start = breaks
        return game

    monkeypatch.setattr(runner.Game, "make", fragile)
    # The opening of each game looks at the first seed, so it must be another one that breaks here.
    seeds = SeedRange(start=1_999_999, count=3)
    game = (await evaluate(config(seeds=seeds), Silent()))["games"]["FrozenLake-v1"]
    assert (game["n"], game["crashes"]) == (3, 1)
    assert game["scores"]["2000000"] == 0.0
    assert "the game fell over" in game["most_common_error"]


async def test_what_cannot_be_played_is_refused_before_anything_is_written(config, tmp_path):
    with pytest.raises(GameError, match="FrozenLake"):
        await evaluate(config(SUITE.replace("FrozenLake-v1", "FrozenLak-v1")), Silent())
    with pytest.raises(EvaluationError, match="--model"):
        await evaluate(config(model_url="http://127.0.0.1:9/v1"), Silent())
    assert not list(tmp_path.glob("r.*"))


async def test_another_evaluation_is_not_mixed_in(config):
    await evaluate(config(), Silent())
    with pytest.raises(EvaluationError, match=r"another .*seeds.*--fresh"):
        await evaluate(config(seeds=SeedRange(start=5, count=1)), Silent())
    summary = await evaluate(config(seeds=SeedRange(start=5, count=1), fresh=True), Silent())
    assert summary["games"]["FrozenLake-v1"]["n"] == 1


MIXED = (
    SUITE
    + """
[[games]]
id = "Pendulum-v1"
max_steps = 3
reference = 0.0
"""
)


async def test_an_oracle_stands_beside_the_agent_in_the_games_that_have_one(config, tmp_path):
    summary = await evaluate(config(MIXED), Silent())
    beside = {game: set(entry["baselines"]) for game, entry in summary["games"].items()}
    assert beside == {"FrozenLake-v1": {"random", "oracle"}, "Pendulum-v1": {"random"}}
    row = next(line for line in (tmp_path / "r.md").read_text().splitlines()[::-1] if "Pendulum-v1" in line)
    assert row.endswith("| - |"), "no figure stands where nobody played"


async def test_an_oracle_that_does_not_exist_is_no_player_who_scores_zero(config, tmp_path):
    with pytest.raises(EvaluationError, match="there is none for Pendulum-v1"):
        await evaluate(config(MIXED, agent="oracle"), Silent())
    assert not (tmp_path / "r.json").exists()
