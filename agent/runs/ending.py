"""However a run ends, its record says how, is let go of, and has a replay."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from agent.runs.record import RunRecord
from agent.runs.replay import write_replay


@dataclass(slots=True)
class Ending:
    """What the manifest will say of how the run ended."""

    status: str = "failed"
    facts: dict[str, Any] = field(default_factory=dict)


@contextmanager
def kept_whole(record: RunRecord) -> Iterator[Ending]:
    """For the length of the block `record` is written; the block fills in the `Ending` where all went well.

    What it raises passes through: Ctrl-C is noted as `interrupted`, anything else as `failed` with its first line.
    """
    ending = Ending()
    try:
        yield ending
    except asyncio.CancelledError:
        ending.status, ending.facts = "stopped", {"outcome": "interrupted"}
        raise
    except Exception as error:
        ending.status, ending.facts = "failed", {"outcome": "failed", "error": str(error).split("\n", 1)[0][:500]}
        raise
    finally:
        record.finish(ending.status, **ending.facts)
        write_replay(record)
