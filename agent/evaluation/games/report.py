"""Writes a result for people: a Markdown table, and one HTML page with plots and replays that fetches nothing."""

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from agent.evaluation.games.config import GamesConfig
from agent.evaluation.games.keeper import ends, episode_name
from agent.evaluation.games.plots import plots
from agent.evaluation.games.results import PlayedGame
from agent.evaluation.games.table import HEADINGS, aggregate, beside, markdown, rows
from agent.evaluation.log import write_text
from agent.runs import replay
from agent.runs.record import RunError, RunRecord


def write_report(config: GamesConfig, summary: Mapping[str, Any], ours: Sequence[PlayedGame]) -> None:
    """Write `NAME.md` and `NAME.html` beside the result `NAME.json`."""
    text, page = config.page(".md"), config.page(".html")
    assert text is not None and page is not None, "a report stands beside a result"
    write_text(text, markdown(summary))
    write_text(page, render(summary, _replay(config, ours)))


def render(summary: Mapping[str, Any], replay_page: str) -> str:
    """The page as text; `replay_page` is a whole page of its own, empty where nothing was recorded."""
    title = f"{summary['suite_states']['title']}: {summary['agent']}"
    body = "\n".join(_body(title, summary, replay_page))
    template = (files("agent.evaluation.games") / "report_page.html").read_text(encoding="utf-8")
    before, _, rest = template.partition("%%TITLE%%")
    between, _, after = rest.partition("%%BODY%%")
    return before + html.escape(title) + between + body + after


def _body(title: str, summary: Mapping[str, Any], replay_page: str) -> Iterable[str]:
    states = summary["suite_states"]
    yield f"<h1>{html.escape(title)}</h1>"
    yield f"<p>{html.escape(states['about'])}</p>"
    above = [game["above_random"] for game in summary["games"].values()]
    yield _table(HEADINGS, rows(summary), above)
    yield "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in aggregate(summary)) + "</ul>"
    for caption, svg in plots(summary).items():
        yield f"<figure>{svg}<figcaption>{html.escape(caption)}</figcaption></figure>"
    yield "<h2>Beside it, on the same seeds</h2>"
    compared = beside(summary)
    yield _table(compared[0], compared[1:])
    if replay_page:
        yield "<h2>The best and the worst episode of each game</h2>"
        # A page in a page: its own content policy holds there, and its script cannot touch this one.
        yield f'<iframe sandbox="allow-scripts" title="Replays" srcdoc="{html.escape(replay_page)}"></iframe>'
    if states["differences"]:
        yield f"<h2>Differences from {html.escape(states['compared_with'])}</h2>"
        yield "<ul>" + "".join(f"<li>{html.escape(text)}</li>" for text in states["differences"]) + "</ul>"
    manifest = html.escape(json.dumps(summary["manifest"], indent=2, ensure_ascii=False))
    yield f"<details><summary>Manifest</summary><pre>{manifest}</pre></details>"


def _table(headings: Sequence[str], cells: Sequence[Sequence[str]], marked: Sequence[bool] = ()) -> str:
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in headings)
    lines = []
    for place, row in enumerate(cells):
        kind = ' class="above"' if marked and marked[place] else ""
        lines.append(f"<tr{kind}>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>")
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(lines)}</table></div>'


def _replay(config: GamesConfig, ours: Sequence[PlayedGame]) -> str:
    """One replay page with each game's best and worst episode; empty where nothing is recorded any more."""
    shown = [
        played
        for game in config.suite.games
        for played in ends(episode for episode in ours if episode.task == game.id)
    ]
    kept = next((played.record for played in shown if played.record), "")
    if not kept:
        return ""
    try:
        record = RunRecord.open(config.runs, kept)
    except RunError:
        return ""
    names = [episode_name(played.task, played.seed) for played in shown if played.record == kept]
    return replay.render(record, title="Best and worst", only=names)
