"""One MiniWoB++ page: starts an episode from a seed, reads its reward, and lets an oracle look inside.

The clock is stopped for the agent: the page's own time limit is set to a million seconds, so that the raw
reward does not depend on how fast the machine is.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import miniwob
from miniwob.fields import FIELD_EXTRACTORS
from playwright.async_api import Page

from envs.browser.actions import (
    Action,
    Click,
    DoubleClick,
    Drag,
    Finish,
    Hotkey,
    Point,
    RightClick,
    Scroll,
    Select,
    Type,
    Wait,
)
from envs.browser.execute import View
from envs.browser.observation import Box

VIEWPORT = {"width": 500, "height": 320}
"""Wider than the task's 160 x 210: at 160 pixels jQuery's dialogs open outside the visible page."""
VIEW = View(x=0, y=50, width=160, height=160)
"""What the agent sees: the task without the yellow instruction bar, which it gets as text."""
EPISODE_MS = 1_000_000_000
_HTML = Path(miniwob.__file__).parent / "html"
_NODES = """selector => {
  const visible = node => {
    const box = node.getBoundingClientRect(), style = getComputedStyle(node);
    return box.width > 0 && box.height > 0 && style.visibility !== 'hidden' && style.display !== 'none';
  };
  // A link that is broken over two lines has two rectangles, and the middle of both together may be outside it.
  const widest = node => [...node.getClientRects()].reduce((a, b) => (b.width > a.width ? b : a));
  return [...document.querySelectorAll(selector)].filter(visible).map(node => {
    const box = widest(node);
    const attributes = {};
    for (const item of node.attributes) attributes[item.name] = item.value;
    return {
      tag: node.tagName.toLowerCase(), text: (node.innerText ?? node.textContent ?? '').trim(),
      value: node.value === undefined ? '' : String(node.value), checked: Boolean(node.checked),
      focused: node === document.activeElement, attributes,
      selected: typeof node.selectionStart === 'number' && node.selectionStart === 0
        && node.selectionEnd === node.value.length && node.value !== '',
      x: box.x, y: box.y, width: box.width, height: box.height,
    };
  });
}"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an episode stands; rewards are in [-1, 1], `raw` without MiniWoB's decay over time."""

    done: bool
    raw: float
    reason: str = ""

    @property
    def strict(self) -> bool:
        """Success as our headline counts it: the episode ended with the full raw reward."""
        return self.done and self.raw >= 1.0

    @property
    def lax(self) -> bool:
        """Success as BrowserGym counts it: the episode ended with any positive raw reward."""
        return self.done and self.raw > 0.0


@dataclass(frozen=True, slots=True)
class Node:
    """A visible DOM element as an oracle sees it; `x, y, width, height` are CSS pixels of the viewport."""

    tag: str
    text: str
    value: str
    checked: bool
    focused: bool
    selected: bool
    """For a text field: all of its text is selected, so that typing replaces it."""
    attributes: dict[str, str]
    x: float
    y: float
    width: float
    height: float

    @property
    def box(self) -> Box:
        """Its rectangle in fractions of the view."""
        return Box(
            (self.x - VIEW.x) / VIEW.width,
            (self.y - VIEW.y) / VIEW.height,
            self.width / VIEW.width,
            self.height / VIEW.height,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What an oracle would do now: the action, and the box of the thing that it acts on (if it points)."""

    action: Action
    target: Box | None = None
    end: Box | None = None
    """For a drag: where it must end."""


class TaskPage:
    """A Playwright page that holds one MiniWoB++ task, with the vocabulary in which oracles are written."""

    def __init__(self, page: Page, task: str, rng: random.Random | None = None) -> None:
        """`rng` decides where inside its target a click lands."""
        self.page = page
        self.task = task
        self.rng = rng or random.Random(0)
        self.instruction = ""
        self.fields: dict[str, str] = {}
        """What the instruction names, as the wheel's own field extractor reads it (`target`, `username` …)."""
        self._extract_fields = FIELD_EXTRACTORS.get(task, lambda _: {})
        self._address = (_HTML / "miniwob" / f"{self.task}.html").as_uri()

    @property
    def shown(self) -> bool:
        """Whether the tab shows the task's page; an agent may have gone back, or elsewhere."""
        return self.page.url.partition("#")[0] == self._address

    async def load(self) -> None:
        """Open the task's page from the wheel; needed once, however many episodes follow."""
        await self.page.goto(self._address, wait_until="load")

    async def start(self, seed: int) -> None:
        """Begin the episode that `seed` determines; the instruction and its fields are read here."""
        utterance, ready = await self.page.evaluate(
            """([seed, limit]) => {
                 if (typeof WOB_DONE_GLOBAL !== 'undefined' && !WOB_DONE_GLOBAL && core.EP_TIMER !== null)
                   core.endEpisode(0);
                 Math.seedrandom(seed); core.EPISODE_MAX_TIME = limit; core.startEpisodeReal();
                 return [core.getUtterance(), WOB_TASK_READY !== false];
               }""",
            [str(seed), EPISODE_MS],
        )
        if not ready:
            await self.page.wait_for_function("() => WOB_TASK_READY !== false", timeout=10_000)
        if isinstance(utterance, dict):
            self.instruction = str(utterance.get("utterance", ""))
            self.fields = {name: str(value) for name, value in (utterance.get("fields") or {}).items()}
        else:
            self.instruction = str(utterance)
            self.fields = dict(self._extract_fields(self.instruction))

    async def outcome(self) -> Outcome:
        """How the episode stands; on another page than the task's it is never over."""
        done, raw, reason = await self.page.evaluate(
            """() => typeof WOB_DONE_GLOBAL === 'undefined' ? [false, 0, '']
                 : [Boolean(WOB_DONE_GLOBAL), Number(WOB_RAW_REWARD_GLOBAL), String(WOB_REWARD_REASON ?? '')]"""
        )
        return Outcome(done, raw if done else 0.0, reason)

    # What oracles look with.

    async def query(self, selector: str) -> "Nodes":
        """The visible elements that match a CSS selector, in document order."""
        return Nodes([Node(**item) for item in await self.page.evaluate(_NODES, selector)])

    async def evaluate(self, script: str, argument: Any = None) -> Any:
        """Whatever a script of the oracle's own says about the page's state."""
        return await self.page.evaluate(script, argument)

    # What oracles decide with. A target is a `Node` or a `Box`.

    def click(self, target: "Node | Box") -> Decision:
        box = _box(target)
        return Decision(Click(point=self.inside(box)), box)

    def double_click(self, target: "Node | Box") -> Decision:
        box = _box(target)
        return Decision(DoubleClick(point=self.inside(box)), box)

    def right_click(self, target: "Node | Box") -> Decision:
        box = _box(target)
        return Decision(RightClick(point=self.inside(box)), box)

    def drag(self, start: "Node | Box", end: "Node | Box") -> Decision:
        start, end = _box(start), _box(end)
        return Decision(Drag(start=self.inside(start), end=self.inside(end)), start, end)

    def scroll(self, target: "Node | Box", direction: str) -> Decision:
        box = _box(target)
        return Decision(Scroll(point=self.inside(box), direction=direction), box)  # type: ignore[arg-type]

    def select(self, target: "Node | Box", value: str) -> Decision:
        box = _box(target)
        return Decision(Select(point=self.inside(box), value=value), box)

    def type(self, content: str) -> Decision:
        return Decision(Type(content=content))

    def hotkey(self, key: str) -> Decision:
        return Decision(Hotkey(key=key))

    def wait(self) -> Decision:
        return Decision(Wait())

    def finish(self, answer: str = "") -> Decision:
        return Decision(Finish(answer=answer))

    def reach(self, target: "Node | Box") -> Decision | None:
        """The turn of the wheel that brings the middle of `target` nearer; None when it is in the view."""
        box = _box(target)
        middle = box.y + box.height / 2
        if 0.0 <= middle < 1.0:
            return None
        return Decision(Scroll(point=Point(x=0.5, y=0.5), direction="down" if middle >= 1.0 else "up"))

    def fill(self, entry: Node, content: str) -> Decision | None:
        """The next action that leaves `content` in a text field: focus, clear, type; None when it is there.

        Typing needs the focus, so a field that is empty and focused gets the text, one that holds something
        else is emptied first (select all, then type over it).
        """
        if entry.value == content:
            return None
        if not entry.focused:
            return self.click(entry)
        if entry.selected:
            return self.type(content)
        if not content.startswith(entry.value):
            return self.hotkey("ctrl a")
        return self.type(content[len(entry.value) :])

    def inside(self, box: Box) -> Point:
        """A random point in the inner 60% of `box`, clipped to the view."""
        left, right = max(box.x, 0.0), min(box.x + box.width, 1.0)
        top, bottom = max(box.y, 0.0), min(box.y + box.height, 1.0)
        x = left + (right - left) * self.rng.uniform(0.2, 0.8)
        y = top + (bottom - top) * self.rng.uniform(0.2, 0.8)
        return Point(x=min(max(x, 0.0), 1.0), y=min(max(y, 0.0), 1.0))


class Nodes(Sequence[Node]):
    """A list of nodes with the two questions every oracle asks."""

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = nodes

    def __getitem__(self, index: Any) -> Any:
        return self._nodes[index]

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes)

    def with_text(self, text: str) -> Node:
        """The first node whose whole text (or value, for buttons made of `<input>`) is `text`."""
        return next(node for node in self if text in (node.text, node.value))

    def having(self, **attributes: str) -> "Nodes":
        """The nodes whose attributes are as given (`class_` for `class`)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return Nodes([n for n in self if all(n.attributes.get(k) == v for k, v in wanted.items())])


def _box(target: Node | Box) -> Box:
    return target if isinstance(target, Box) else target.box
