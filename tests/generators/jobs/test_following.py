"""Progress with an honest ETA, few previews, and a stop that is obeyed."""

import io
import threading
from itertools import pairwise

import pytest
from PIL import Image

from generators.errors import Cancelled
from generators.jobs.events import Preview, Progress
from generators.jobs.following import Following


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def followed(seconds_per_step, steps, wanted=True):
    clock, told, drawn = Clock(), [], []
    watch = Following(threading.Event(), told.append, lambda: wanted, clock)

    def preview():
        drawn.append(clock.now)
        return Image.new("RGB", (8, 8), "red")

    for step in range(1, steps + 1):
        clock.now += seconds_per_step
        watch.step(step, steps, preview)
    return told, drawn


def test_the_rest_is_foretold_from_the_steps_so_far():
    told, _ = followed(2.0, 5)
    progress = [event for event in told if isinstance(event, Progress)]
    assert [(event.step, event.of) for event in progress] == [(n, 5) for n in range(1, 6)]
    assert [event.eta_s for event in progress[1:]] == [6.0, 4.0, 2.0, 0.0]


def test_there_are_at_most_five_previews_a_second_and_none_of_the_finished_picture():
    told, drawn = followed(0.05, 41)
    assert len(drawn) == 10
    assert all(later - earlier >= 0.199 for earlier, later in pairwise(drawn))
    previews = [event for event in told if isinstance(event, Preview)]
    assert Image.open(io.BytesIO(previews[0].webp)).format == "WEBP"


def test_nobody_looks_so_nothing_is_drawn():
    assert followed(1.0, 5, wanted=False)[1] == []


def test_a_stop_is_obeyed():
    stop = threading.Event()
    watch = Following(stop, lambda event: None, lambda: False)
    watch.check()
    stop.set()
    with pytest.raises(Cancelled):
        watch.check()
    with pytest.raises(Cancelled):
        watch.step(1, 2, lambda: Image.new("RGB", (1, 1)))
