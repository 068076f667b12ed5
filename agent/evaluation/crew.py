"""Workers that share out what is left of an evaluation, in pieces, and write every finished episode down."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from itertools import groupby
from math import ceil
from typing import Any, TypeVar

from agent.evaluation.log import ResultLog
from agent.evaluation.results import Episode

PIECES_PER_WORKER = 4
"""Work is cut so that each worker gets about this many pieces: none ends long before the others."""

R = TypeVar("R", bound=Episode)
Piece = tuple[str, list[int]]
"""A task and some of its seeds, played one after the other in the same place."""
Book = Callable[[R], None]
"""Keeps a finished episode."""


async def share_out(
    log: ResultLog[R],
    worker: Callable[[deque[Piece], Book[R]], Coroutine[Any, Any, None]],
    *,
    parallel: int,
    on_result: Callable[[R], None],
) -> None:
    """Let `parallel` workers take pieces until every episode of the log's manifest has a result.

    Raises the first error of any worker, after the others were stopped; the log keeps what was finished.
    """
    pieces = deque(cut(log.pending(), parallel))
    session, began = log.session, time.perf_counter()

    def book(result: R) -> None:
        elapsed_s = time.perf_counter() - began
        booked = result.model_copy(update={"session": session, "elapsed_s": elapsed_s})
        log.append(booked)
        on_result(booked)

    try:
        async with asyncio.TaskGroup() as workers:
            for _ in range(min(parallel, len(pieces))):
                workers.create_task(worker(pieces, book))
    except* Exception as errors:
        raise _first(errors) from None


def cut(pending: Sequence[tuple[str, int]], parallel: int) -> list[Piece]:
    """The (task, seed) pairs in pieces of one task each."""
    size = max(1, ceil(len(pending) / (parallel * PIECES_PER_WORKER)))
    pieces = []
    for task, pairs in groupby(pending, key=lambda pair: pair[0]):
        seeds = [seed for _, seed in pairs]
        pieces += [(task, seeds[start : start + size]) for start in range(0, len(seeds), size)]
    return pieces


def _first(errors: BaseException) -> BaseException:
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors
