"""`seedbed demo`: the embedded model solves web tasks in a real Chromium and plays a game while one watches."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

if TYPE_CHECKING:
    from agent.demo_game import Means
    from agent.evaluation.config import Observe
    from agent.evaluation.episode import Event
    from agent.evaluation.players import Served
    from agent.evaluation.recorder import Recorder
    from agent.evaluation.results import EpisodeResult
    from agent.games.result import GameResult

app = typer.Typer(help="Watch the embedded model solve real web tasks and play a game.")

WITH_ELEMENTS = (
    "click-button",
    "click-link",
    "click-dialog-2",
    "click-checkboxes",
    "click-tab-2",
    "choose-list",
    "enter-date",
    "login-user",
)
FIRST_SEED = 2_500_000
"""Test seeds that neither training nor the published figures use."""
EPISODE_TIMEOUT_S = 60.0


class Watcher(Protocol):
    """Who looks on."""

    def report(self, text: str) -> None:
        """Something is being started."""

    def begin(self, observation: "Observe", tasks: tuple[str, ...], seeds: range) -> None:
        """These tasks are played now."""

    def event(self, task: str, seed: int, event: "Event") -> None:
        """A node of the GUI graph said this."""

    def finished(self, observation: "Observe", result: "EpisodeResult") -> None: ...

    def begin_game(self, game: str, title: str) -> None:
        """This game is played now, from the seeds that the tasks had; `event` gets what happens in it."""

    def played(self, result: "GameResult") -> None:
        """The model's episode of the game is over."""

    def beside(self, player: str, means: "Means") -> None:
        """What another player reached in the same episodes."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What to play, and with what."""

    runs: Path
    seeds: int = 2
    parallel: int = 4
    headed: bool = False
    model_url: str | None = None
    model: str | None = None


@app.command(
    epilog="Examples:\n\nseedbed demo\n\nseedbed demo --headed --parallel 1\n\n"
    "seedbed demo --model-url http://127.0.0.1:8000/v1"
)
def demo(
    model_url: Annotated[str | None, typer.Option(help="An OpenAI-compatible endpoint that runs already.")] = None,
    model: Annotated[str | None, typer.Option(help="Weights to serve; by default the embedded model.")] = None,
    seeds: Annotated[int, typer.Option(min=1, max=50, help="Episodes of each task.")] = 2,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Pages played at once.")] = 4,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser's windows.")] = False,
    runs: Annotated[Path, typer.Option(help="Where the record and its replay page go.")] = Path("runs"),
) -> None:
    """Serve the embedded model, let it work and play, and keep a page that replays it all.

    It solves web tasks in a real Chromium, some from the screenshot alone, some with the list of the page's
    elements, and plays a game. It takes about two minutes on two cores; Ctrl-C stops it and keeps what was
    recorded.
    """
    import asyncio

    from rich.console import Console

    from agent.demo_view import DemoView

    console = Console()
    options = DemoOptions(runs, seeds, parallel, headed, model_url, model)
    replay: Path | None = None

    def keep(path: Path) -> None:
        nonlocal replay
        replay = path

    view = DemoView(console)
    try:
        with view:
            asyncio.run(show(options, view, keep))
    finally:
        view.summary()
        if replay is not None:
            console.print(f"Replay every step: open {replay.resolve()} in a browser", soft_wrap=True)


async def show(options: DemoOptions, watcher: Watcher, keep: Callable[[Path], None]) -> None:
    """Play everything; `keep` gets the replay page's path, even where it was stopped half-way."""
    from agent.evaluation.players import serving_model
    from agent.evaluation.recorder import Recorder
    from agent.runs.replay import write_replay
    from envs.suites.miniwob.tasks import TIER_A

    async with serving_model(options.model_url, options.model, options.parallel, watcher.report) as model:
        facts = {"title": "Seedbed demo", "model": model.server.model_name}
        recorder = Recorder.create(options.runs, "demo", facts)
        status = "stopped"
        try:
            await _play(options, model, "pixels", TIER_A, recorder, watcher)
            await _play(options, model, "elements", WITH_ELEMENTS, recorder, watcher)
            await _play_game(options, model, recorder, watcher)
            status = "finished"
        finally:
            recorder.record.finish(status)
            keep(write_replay(recorder.record))


async def _play(
    options: DemoOptions,
    model: "Served",
    observation: "Observe",
    tasks: tuple[str, ...],
    recorder: "Recorder",
    watcher: Watcher,
) -> None:
    from agent.evaluation.episode import Loop, through_graph
    from agent.evaluation.log import EpisodeLog
    from agent.evaluation.pages import task_pages
    from agent.evaluation.players import keeping, model_player
    from agent.evaluation.recorder import episode_name
    from agent.evaluation.runner import run
    from envs.protocol import Budgets, Manifest, SeedRange
    from envs.suites.miniwob.budgets import max_steps

    def loop(task: str, seed: int) -> Loop:
        kept = keeping(recorder, task, seed, observation)
        return through_graph(kept, lambda event: watcher.event(task, seed, event))

    def finished(result: "EpisodeResult") -> None:
        recorder.end(episode_name(result.task, result.seed, observation), result)
        watcher.finished(observation, result)

    seeds = SeedRange(start=FIRST_SEED, count=options.seeds)
    player = model_player(model, observation, loop)
    manifest = Manifest(
        suite="miniwob",
        agent="vlm",
        observation=observation,
        tasks=tasks,
        seeds=seeds,
        budgets=Budgets(max_steps={task: max_steps(task) for task in tasks}, episode_timeout_s=EPISODE_TIMEOUT_S),
        versions={"python": platform.python_version()},
        **player.facts,
    )
    watcher.report("starting Chromium")
    # Screenshots are taken even where the model gets none: the replay shows them.
    async with task_pages(screenshots=True, elements=observation != "pixels", headed=options.headed) as pages:
        watcher.begin(observation, tasks, range(seeds.start, seeds.start + seeds.count))
        await run(EpisodeLog.open(None, manifest), pages, player, parallel=options.parallel, on_result=finished)


async def _play_game(options: DemoOptions, model: "Served", recorder: "Recorder", watcher: Watcher) -> None:
    from agent.demo_game import BESIDE, GAME_ID, TITLE, play_beside, play_game

    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    watcher.begin_game(GAME_ID, TITLE)
    await play_game(
        model, seeds, recorder, lambda seed, event: watcher.event(GAME_ID, seed, event), watcher.played
    )
    for agent in BESIDE:
        watcher.beside(agent, await play_beside(agent, seeds))
