"""Jobs end to end with a real pipeline: done, followed, stopped, refused, and never the end of the worker."""

import asyncio
import hashlib
import io
import threading
import time

import pytest
import torch
from PIL import Image

from generators.errors import GeneratorError, JobUnknown, OutOfMemory, PromptRefused, QueueFull, RequestRefused
from generators.image.experts import loaded
from generators.image.recipe import opened, recipe_in
from generators.jobs import Ended, Jobs, Preview, Progress
from generators.jobs.shelf import Shelf
from generators.zoo import expert_named

pytestmark = pytest.mark.usefixtures("weights")
WAIT_S = 300
FOX = {"prompt": "a red fox", "expert": "tiny", "seed": 1}


class Gate:
    """Holds the worker in the middle of a step while it is shut."""

    def __init__(self):
        self.reached, self.opened = threading.Event(), threading.Event()
        self.opened.set()

    def shelf(self, device):
        return Shelf(device, load=self.load)

    def load(self, card, device):
        expert = loaded(card, device)
        expert.pipeline.unet.register_forward_pre_hook(lambda module, given: self.hold())
        return expert

    def hold(self):
        if not self.opened.is_set():
            self.reached.set()
            assert self.opened.wait(WAIT_S)


@pytest.fixture
def gate():
    return Gate()


@pytest.fixture
def jobs(tmp_path, gate):
    opened = Jobs(tmp_path / "jobs", devices=("cpu",), per_user=3, shelf=gate.shelf)
    yield opened
    gate.opened.set()
    opened.close()


def png(size=(16, 16)):
    stream = io.BytesIO()
    Image.new("RGB", size, "teal").save(stream, "PNG")
    return stream.getvalue()


def test_a_job_is_drawn_and_its_file_says_how(jobs):
    job = jobs.wait(jobs.submit("ann", "image", FOX).id, WAIT_S)
    assert (job.status, job.error) == ("done", "")
    path = jobs.artifact(job)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == job.sha256
    recipe = recipe_in(opened(path), "x")
    assert recipe.model_dump(mode="json") == job.facts["recipe"]
    assert (recipe.request.seed, recipe.request.steps) == (1, 4)


def test_pictures_and_masks_come_along_as_inputs(jobs):
    edited = jobs.submit("ann", "image", FOX, {"image": png()})
    painted = jobs.submit("ann", "image", FOX, {"image": png(), "mask": png()})
    assert [jobs.wait(job.id, WAIT_S).facts["recipe"]["task"] for job in (edited, painted)] == ["image", "inpaint"]


@pytest.mark.parametrize(
    ("request_", "inputs", "expected"),
    [
        ({"prompt": "a"}, {}, "expert"),
        ({**FOX, "expert": "tinny"}, {}, "no expert 'tinny'; the nearest is 'tiny'"),
        ({**FOX, "expert": "../tiny.toml"}, {}, "no expert"),
        ({**FOX, "width": 17}, {}, "17x16"),
        ({**FOX, "prompt": "porn"}, {}, "not drawn"),
        (FOX, {"image": b"hello"}, "the input 'image' is no picture"),
        (FOX, {"mask": png()}, "a mask needs the picture"),
        (FOX, {"sound": b""}, "not from 'sound'"),
    ],
)
def test_what_cannot_be_is_refused_before_there_is_a_job(jobs, request_, inputs, expected):
    with pytest.raises(GeneratorError, match=expected) as refusal:
        jobs.submit("ann", "image", request_, inputs)
    assert isinstance(refusal.value, PromptRefused) == ("porn" in request_["prompt"])
    assert jobs.of_user("ann") == []
    with pytest.raises(RequestRefused, match="no kind of job 'imag'; the nearest is 'image'"):
        jobs.submit("ann", "imag", request_)


async def test_a_follower_sees_the_whole_course(jobs, gate):
    gate.opened.clear()
    job = jobs.submit("ann", "image", FOX)

    async def course():
        return [event async for event in jobs.follow(job.id, "ann")]

    following = asyncio.create_task(course())
    while not jobs.is_followed(job.id):
        await asyncio.sleep(0.01)
    gate.opened.set()
    events = await following
    assert [event.step for event in events if isinstance(event, Progress)] == [1, 2, 3, 4]
    assert any(isinstance(event, Preview) for event in events)
    assert isinstance(events[-1], Ended) and events[-1].job.status == "done"
    again = [event async for event in jobs.follow(job.id)]
    assert again == [events[-1]], "who comes late learns how it ended"


def test_waiting_jobs_know_their_place_and_running_ones_stop_at_a_step(jobs, gate):
    gate.opened.clear()
    first = jobs.submit("ann", "image", FOX)
    assert gate.reached.wait(WAIT_S)
    second, third, other = (jobs.submit(user, "image", FOX) for user in ("ann", "ann", "bob"))
    assert [jobs.position(job.id) for job in (first, second, other, third)] == [0, 0, 1, 2]
    assert jobs.cancel(second.id).status == "cancelled"
    jobs.cancel(first.id, "ann")
    gate.opened.set()
    assert jobs.wait(first.id, WAIT_S).status == "cancelled"
    assert jobs.wait(third.id, WAIT_S).status == jobs.wait(other.id, WAIT_S).status == "done"
    assert jobs.get(second.id).status == "cancelled"
    assert jobs.cancel(third.id).status == "done", "what is over stays as it ended"
    with pytest.raises(JobUnknown, match="has no artifact"):
        jobs.artifact(jobs.get(first.id))


def test_jobs_are_their_users_own(jobs):
    job = jobs.submit("ann", "image", FOX)
    for forbidden in (jobs.get, jobs.cancel):
        with pytest.raises(JobUnknown, match="no job"):
            forbidden(job.id, "bob")
    with pytest.raises(JobUnknown):
        asyncio.run(anext(jobs.follow(job.id, "bob")))
    assert jobs.wait(job.id, WAIT_S).status == "done"


def test_a_full_queue_takes_no_more(jobs, gate):
    gate.opened.clear()
    jobs.submit("ann", "image", FOX)
    assert gate.reached.wait(WAIT_S)
    waiting = [jobs.submit("ann", "image", FOX) for _ in range(3)]
    with pytest.raises(QueueFull, match="3 of your jobs are waiting"):
        jobs.submit("ann", "image", FOX)
    jobs.cancel(waiting[0].id)
    assert jobs.submit("ann", "image", FOX).status == "queued"


def test_out_of_memory_fails_the_job_and_the_worker_goes_on(tmp_path):
    made = []

    class Greedy(torch.nn.Module):
        """Asks for more than any machine has, as a picture that is too large would."""

        def forward(self, *given, **named):
            return torch.empty(1 << 56)

    def load(card, device):
        expert = loaded(card, device)
        if not made:
            expert.pipeline.unet.conv_in = Greedy()
        made.append(card.name)
        return expert

    jobs = Jobs(tmp_path / "jobs", devices=("cpu",), shelf=lambda device: Shelf(device, load=load))
    failed = jobs.wait(jobs.submit("ann", "image", FOX).id, WAIT_S)
    assert (failed.status, failed.retryable) == ("failed", False)
    assert failed.error == "cpu ran out of memory at 16x16: ask for a smaller picture or a smaller expert"
    assert jobs.wait(jobs.submit("ann", "image", FOX).id, WAIT_S).status == "done"
    assert made == ["tiny", "tiny"], "the shelf was cleared"
    jobs.close()


def test_a_fault_of_the_program_fails_the_job_and_the_worker_goes_on(tmp_path):
    loads = iter([ZeroDivisionError("oh"), None])

    def load(card, device):
        if (error := next(loads)) is not None:
            raise error
        return loaded(card, device)

    jobs = Jobs(tmp_path / "jobs", devices=("cpu",), shelf=lambda device: Shelf(device, load=load))
    failed = jobs.wait(jobs.submit("ann", "image", FOX).id, WAIT_S)
    assert (failed.status, failed.error) == ("failed", "a fault of the program: ZeroDivisionError: oh")
    assert jobs.wait(jobs.submit("ann", "image", FOX).id, WAIT_S).status == "done"
    jobs.close()


def test_the_longest_unused_expert_makes_room():
    held = set()

    class Held:
        def __init__(self, card):
            self.card = card
            held.add(card.name)

        def __del__(self):
            held.discard(self.card.name)

    shelf = Shelf("cpu", load=lambda card, device: Held(card), free=lambda device: 700 - 200 * len(held))
    cards = [expert_named("tiny").model_copy(update={"name": name, "memory_mb": 200}) for name in "abc"]
    for card in (cards[0], cards[1], cards[0], cards[2]):
        assert shelf.take(card).card == card
    assert shelf.names == ("a", "c")
    with pytest.raises(OutOfMemory, match="big needs 900 MB and cpu has 700 MB free"):
        shelf.take(cards[0].model_copy(update={"name": "big", "memory_mb": 900}))
    assert held == set()


def test_what_runs_at_the_end_of_the_program_is_taken_up_again(tmp_path, gate):
    jobs = Jobs(tmp_path / "jobs", devices=("cpu",), shelf=gate.shelf)
    gate.opened.clear()
    first = jobs.submit("ann", "image", FOX)
    assert gate.reached.wait(WAIT_S)
    second = jobs.submit("ann", "image", FOX)
    with pytest.raises(GeneratorError, match="another process works off the jobs"):
        Jobs(tmp_path / "jobs")
    closer = threading.Thread(target=jobs.close)
    closer.start()
    while not jobs.closing:
        time.sleep(0.01)
    gate.opened.set()
    closer.join()
    reopened = Jobs(tmp_path / "jobs", devices=("cpu",))
    assert [reopened.wait(job.id, WAIT_S).status for job in (first, second)] == ["done", "done"]
    reopened.close()
