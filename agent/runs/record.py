"""The folder of one run, written so that `kill -9` at any moment leaves it readable.

    runs/<id>/
        manifest.json       what was asked, with what, and how it ended (written beside, then renamed)
        steps.jsonl         one JSON object a line, appended and synced: episode, intent, step, end
        screenshots/        <episode>/0000.png the first view, 0001.png the view after step 1 …
                            <episode>/0001-action.png the view that step 1 was decided on, its click drawn in
        trace.zip, video/   where they were asked for
        state.sqlite        checkpoints of the graph, where there are any
        lock                held by the process that writes; the kernel lets go of it when that process dies

`steps.jsonl` is a write-ahead log: an `intent` line goes to the disk before an action is carried out and a
`step` line after. An intent without its step is an action that may or may not have happened.
"""

import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

from agent.errors import AgentError
from agent.policy import Choice
from agent.runs.marks import draw, points

LOG = "steps.jsonl"
MANIFEST = "manifest.json"


class RunError(AgentError):
    """A run's folder is missing, damaged, or in use by another process."""


class Seen(Protocol):
    """What the record needs of anything that an agent saw: a page, a game."""

    @property
    def screenshot(self) -> bytes: ...

    @property
    def size(self) -> tuple[int, int]: ...

    @property
    def url(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def dialogs(self) -> tuple[str, ...]: ...


class RunRecord:
    """One run: a manifest and any number of episodes. Make one with `create`, read one with `open`."""

    def __init__(self, folder: Path, manifest: dict[str, Any], durable: bool = True) -> None:
        """Use `create`, `open` or `reopen` instead: they check the folder and take its lock."""
        self.folder = folder
        self.manifest = manifest
        self._durable = durable
        self._log: int | None = None
        self._lock: int | None = None

    @classmethod
    def create(cls, root: Path, kind: str, manifest: dict[str, Any], *, durable: bool = True) -> "RunRecord":
        """A new run below `root`; `manifest` is plain JSON that says what was asked for and with what.

        `durable=False` leaves out the sync to disk after every line: for evaluations of thousands of episodes,
        which lose nothing but their last lines if the power fails.
        """
        now = datetime.now(UTC)
        run = f"{now:%Y%m%d-%H%M%S}-{kind}-{secrets.token_hex(2)}"
        folder = Path(root) / run
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise RunError(
                f"cannot make the run folder {folder}: {error.strerror}; choose another --runs"
            ) from None
        written = {
            "id": run,
            "kind": kind,
            "status": "running",
            "created": now.isoformat(timespec="seconds"),
            "seedbed": _version(),
            **manifest,
        }
        record = cls(folder, written, durable)
        record._hold()
        record._write_manifest()
        return record

    @classmethod
    def open(cls, root: Path, run: str) -> "RunRecord":
        """The run whose id is `run`, or begins with it if only one does, for reading; `last` is the newest."""
        folder = _find(Path(root), run)
        try:
            manifest = json.loads((folder / MANIFEST).read_text())
        except (OSError, ValueError):
            raise RunError(f"{folder} holds no readable {MANIFEST}: it is not a run, or it was damaged") from None
        return cls(folder, manifest)

    @classmethod
    def reopen(cls, root: Path, run: str) -> "RunRecord":
        """As `open`, to go on writing; refused while another process still writes."""
        record = cls.open(root, run)
        record._hold()
        record._cut_torn_tail()
        record.manifest["status"] = "running"
        record._write_manifest()
        return record

    @property
    def id(self) -> str:
        return str(self.manifest["id"])

    @property
    def status(self) -> str:
        """`running`, `finished`, `stopped` or `failed`; `interrupted` where the process died without a word."""
        said = str(self.manifest.get("status", "interrupted"))
        if said == "running" and self._lock is None and not _locked(self.folder / "lock"):
            return "interrupted"
        return said

    def episode(self, name: str, *, task: str = "", **facts: Any) -> "EpisodeLog":
        """Begin an episode called `name` (or take it up again); `facts` are plain JSON, such as a seed."""
        if not any(line["event"] == "episode" and line["episode"] == name for line in self.lines()):
            self.append({"event": "episode", "episode": name, "task": task, **facts})
        return EpisodeLog(self, name)

    def finish(self, status: str = "finished", **facts: Any) -> None:
        """Write how the run ended and let go of the folder; `facts` are plain JSON for the manifest."""
        self.manifest |= {"status": status, "ended": datetime.now(UTC).isoformat(timespec="seconds"), **facts}
        self._write_manifest()
        for handle in (self._log, self._lock):
            if handle is not None:
                os.close(handle)
        self._log = self._lock = None

    def append(self, line: dict[str, Any]) -> None:
        """Add one line to the log; it is on the disk when this returns."""
        if self._log is None:
            self._log = os.open(self.folder / LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        stamped = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **line}
        os.write(self._log, (json.dumps(stamped, ensure_ascii=False) + "\n").encode())
        if self._durable:
            os.fsync(self._log)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every whole line of the log; a last line that a dying process left torn is passed over."""
        try:
            text = (self.folder / LOG).read_text(errors="replace")
        except FileNotFoundError:
            return
        for number, line in enumerate(text.split("\n")[:-1], start=1):
            try:
                yield json.loads(line)
            except ValueError:
                raise RunError(f"{self.folder / LOG}, line {number}, is not JSON: the log was damaged") from None

    def save_image(self, name: str, png: bytes) -> None:
        """Write `screenshots/<name>`, beside and then renamed."""
        _replace(self.folder / "screenshots" / name, png)

    def _write_manifest(self) -> None:
        _replace(self.folder / MANIFEST, json.dumps(self.manifest, indent=2, ensure_ascii=False).encode())

    def _hold(self) -> None:
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise RunError(f"run {self.folder.name} is still being written; stop that process first") from None
        self._lock = handle

    def _cut_torn_tail(self) -> None:
        path = self.folder / LOG
        if path.exists():
            content = path.read_bytes()
            whole = content.rfind(b"\n") + 1
            if whole < len(content):
                os.truncate(path, whole)


class EpisodeLog:
    """One episode of a run: a task from its first view to its end."""

    def __init__(self, record: RunRecord, name: str) -> None:
        self.record = record
        self.name = name
        self._folder = slug(name)

    def intend(self, number: int, action: dict[str, Any]) -> None:
        """Note, before it is carried out, that step `number` will do `action`."""
        self.record.append({"event": "intent", "episode": self.name, "step": number, "action": action})

    def step(
        self,
        number: int,
        choice: Choice[Any],
        before: Seen,
        after: Seen | None = None,
        *,
        error: str = "",
        act_seconds: float = 0.0,
        risks: tuple[str, ...] = (),
        approval: str = "",
        notes: tuple[str, ...] = (),
        **facts: Any,
    ) -> None:
        """Keep step `number`, counted from 1: what was seen, chosen, and seen afterwards.

        `after` is None where nothing was carried out. `error` is why the step failed, `risks` and `approval` what
        the approval policy made of it, `notes` what the agent was told besides; `facts` are plain JSON of one
        kind of run, such as what a game paid.
        """
        action = choice.action.model_dump() if choice.action is not None else None
        first = f"{self._folder}/{number - 1:04d}.png"
        if not (self.record.folder / "screenshots" / first).exists():
            self.record.save_image(first, before.screenshot)
        if points(action):
            self.record.save_image(f"{self._folder}/{number:04d}-action.png", draw(before.screenshot, action))
        last = f"{self._folder}/{number:04d}.png"
        self.record.save_image(last, (after or before).screenshot)
        self.record.append(
            {
                "event": "step",
                "episode": self.name,
                "step": number,
                "action": action,
                "thought": choice.thought,
                "reply": choice.reply,
                "prompt": choice.prompt,
                "error": error or choice.error,
                "url": before.url,
                "title": before.title,
                "url_after": (after or before).url,
                "prompt_tokens": choice.prompt_tokens,
                "completion_tokens": choice.completion_tokens,
                "think_seconds": round(choice.seconds, 4),
                "act_seconds": round(act_seconds, 4),
                "risks": list(risks),
                "approval": approval,
                "notes": [*notes, *(f"dialog: {text}" for text in (after.dialogs if after else ()))],
                "before": first,
                "after": last,
                "size": list(before.size),
                **facts,
            }
        )

    def unknown(self, number: int, action: dict[str, Any], note: str) -> None:
        """Close an intent whose outcome nobody saw: the process died while the action was carried out."""
        first = f"{self._folder}/{number - 1:04d}.png"
        self.record.append(
            {
                "event": "step",
                "episode": self.name,
                "step": number,
                "action": action,
                "error": note,
                "outcome_unknown": True,
                "before": first if (self.record.folder / "screenshots" / first).exists() else "",
            }
        )

    def end(self, outcome: str, *, answer: str = "", evidence: dict[str, Any] | None = None, **facts: Any) -> None:
        """Keep how the episode ended: `outcome` in a word, the final answer, and what it rests on."""
        self.record.append(
            {
                "event": "end",
                "episode": self.name,
                "outcome": outcome,
                "answer": answer,
                "evidence": evidence or {},
                **facts,
            }
        )

    def steps(self) -> list[dict[str, Any]]:
        """The lines of all steps so far, in order."""
        return [line for line in self.record.lines() if line["event"] == "step" and line["episode"] == self.name]

    def open_intent(self) -> dict[str, Any] | None:
        """The intent that has no step yet, if the last line about this episode is one."""
        last = None
        for line in self.record.lines():
            if line["episode"] == self.name and line["event"] in ("intent", "step"):
                last = line
        return last if last is not None and last["event"] == "intent" else None


def all_runs(root: Path) -> list[RunRecord]:
    """Every readable run below `root`, the oldest first."""
    folders = sorted(path.parent for path in Path(root).glob(f"*/{MANIFEST}"))
    found = []
    for folder in folders:
        try:
            found.append(RunRecord.open(root, folder.name))
        except RunError:
            continue
    return found


def slug(name: str) -> str:
    """`name` as a folder name: letters, digits, dots, dashes and underlines only."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[:80] or "episode"


def _find(root: Path, run: str) -> Path:
    names = sorted(path.parent.name for path in root.glob(f"*/{MANIFEST}"))
    if not names:
        raise RunError(f"there are no runs in {root}; start one with `seedbed gui`, or give --runs")
    if run == "last":
        return root / names[-1]
    matching = [run] if run in names else [name for name in names if run and name.startswith(run)]
    if len(matching) == 1:
        return root / matching[0]
    what = f"{len(matching)} runs begin with {run!r}" if matching else f"there is no run {run!r} in {root}"
    raise RunError(f"{what}; `seedbed runs list` shows them, the newest is {names[-1]}")


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(content)
    beside.replace(path)


def _locked(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _version() -> str:
    try:
        return version("seedbed")
    except PackageNotFoundError:
        return "unknown"
