"""Processor time of all that a benchmark runs, by part: on a shared machine it is steadier than the clock."""

import os

import psutil

PARTS = ("Python", "model server", "Playwright", "Chromium", "renderers")
"""This process, vLLM's family, Playwright's driver, Chromium's own processes, and those that hold its pages."""


def processor_seconds() -> dict[str, float]:
    """Seconds so far, by part, of this process and all that descend from it.

    Of processes that ended only pages are counted, to which their zygote owns up.
    """
    spent = dict.fromkeys(PARTS, 0.0)
    own = psutil.Process()
    for process in (own, *own.children(recursive=True)):
        try:
            times = process.cpu_times()
            command = " ".join(process.cmdline())
            spent[_part(process.pid, command)] += times.user + times.system
            if "--type=zygote" in command:
                spent["renderers"] += times.children_user + times.children_system
        except psutil.NoSuchProcess:
            continue
    return spent


def milliseconds_each(before: dict[str, float], after: dict[str, float], count: int) -> dict[str, float]:
    """What each of `count` things cost between two readings, by part, in milliseconds."""
    return {part: 1000 * (after[part] - before[part]) / max(count, 1) for part in PARTS}


def _part(pid: int, command: str) -> str:
    if pid == os.getpid():
        return "Python"
    # The driver's own command line ends in its script; Chromium's names neither.
    if "playwright" in command and "run-driver" in command:
        return "Playwright"
    if "--type=renderer" in command:
        return "renderers"
    if "vllm" in command.lower():
        return "model server"
    return "Chromium"
