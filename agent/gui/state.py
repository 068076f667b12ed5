"""What the GUI graph remembers between nodes: ids, counts and plain JSON, so that a checkpoint is small.

Screenshots and element lists never enter it; they live in the `Desk` for as long as the process does, and in the
run record for good.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypedDict

from agent.budgets import Budgets
from agent.gui.risk import origin
from agent.policy import Choice, Past, Policy
from agent.runs.record import EpisodeLog
from envs.browser.actions import ACTION, Action
from envs.browser.observation import Observation

Approve = Literal["auto", "ask", "never"]
"""`auto`: risky actions are carried out; `ask`: a person decides; `never`: they are refused, the model told."""


class GuiState(TypedDict, total=False):
    """One run's state; every value is plain JSON."""

    task: str
    step: int
    """How many steps are behind us."""
    url: str
    """Where the active tab stands, for a resume."""
    home: str
    """The last address on a site that was agreed to: where the agent is taken back to."""
    page: str
    """Fingerprint of what is on the page now."""
    choice: dict[str, Any]
    """The pending decision: `action`, `error`, `seconds`, token counts; `{}` between steps."""
    risks: list[str]
    approval: str
    """What became of the pending decision: empty, `granted`, `refused`."""
    past: list[dict[str, Any]]
    """The last steps: `action`, `error`, `note`."""
    traces: list[list[str]]
    failures: int
    """How many steps in a row have failed."""
    origins: list[str]
    """Sites that the run may be on without asking."""
    arrived: str
    """A site that a click led to and nobody has agreed to yet."""
    answers: list[list[str]]
    """Questions that the agent asked, with what the person answered."""
    tokens: int
    seconds: float
    """Time spent working, all processes of the run together; waiting for a person is left out."""
    outcome: str
    """Empty while it goes on; `finished`, `out_of_steps`, `out_of_tokens`, `out_of_time`, `loop`."""
    reason: str
    answer: str


class World(Protocol):
    """What the graph needs of a browser session."""

    async def observe(self) -> Observation: ...

    async def act(self, action: Action) -> Observation: ...

    async def save_state(self, path: Path) -> None: ...


@dataclass(slots=True)
class Desk:
    """What the graph's nodes work with and no checkpoint holds."""

    world: World
    policy: Policy
    log: EpisodeLog
    budgets: Budgets = field(default_factory=Budgets)
    approve: Approve = "auto"
    storage: Path | None = None
    """Where cookies and local storage are kept after each action, for a resume; None keeps none."""
    observation: Observation | None = None
    """The page as it is now, once somebody has looked."""
    choice: Choice | None = None
    """The pending decision with its prompt and reply, which only the record keeps."""


def begin(task: str, url: str = "") -> GuiState:
    """The state of a run that is about to look for the first time; `url` is where, if it is known."""
    here = origin(url)
    return GuiState(
        task=task, step=0, url=url, home=url, page="", choice={}, risks=[], approval="", past=[], traces=[],
        failures=0, origins=[here] if here else [], arrived="", answers=[], tokens=0, seconds=0.0, outcome="",
        reason="", answer="",
    )  # fmt: skip


def past_of(state: GuiState) -> list[Past]:
    """The steps behind us as policies read them, what the agent was told about each included."""
    return [
        Past(
            ACTION.validate_python(item["action"]) if item["action"] else None,
            "; ".join(text for text in (item["error"], item["note"]) if text),
        )
        for item in state["past"]
    ]


def task_of(state: GuiState) -> str:
    """The task, with the person's answers to the agent's questions: words that may be trusted."""
    answered = [
        f'You asked: "{question}" The person answered: "{answer}"' for question, answer in state["answers"]
    ]
    return "\n".join([state["task"], *answered])
