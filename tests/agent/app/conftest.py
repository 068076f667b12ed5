"""The app as people reach it: a real server on a free port, a zoo of two experts, real jobs.

Only the drawing itself is a sketch without a model: nothing here depends on how well somebody draws.
"""

import asyncio
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from PIL import Image, ImageOps

from agent.app.config import checked
from agent.app.server import make_app, serving
from agent.app.services import Services, opened
from generators.image.job import ImageJob
from generators.image.recipe import Recipe, png_of
from generators.image.request import checked as request_of
from generators.jobs.kinds import Made

CARD = """
title = "Tiny"
weights = "{weights}"
size = "embedded"
licence = "Apache-2.0"
memory_mb = 50
multiple = 4
subjects = ["animal"]
styles = ["{style}"]
example_prompts = ["a red fox"]
[presets.draft]
steps = 4
width = 16
height = 16
"""


def sketch(self, request, inputs, shelf, watch) -> Made:
    """One colour that depends on the prompt and the seed, step by step; what a mask keeps is kept.

    What is asked for "for ever" is never done.
    """
    asked = request_of(**request)
    colour = tuple(hashlib.sha256(f"{asked.prompt} {asked.seed} {asked.expert}".encode()).digest()[:3])
    image = Image.new("RGB", (asked.width, asked.height), colour)
    while "for ever" in asked.prompt:
        watch.step(1, asked.steps, image.copy)
        time.sleep(0.01)
    for step in range(asked.steps):
        watch.step(step + 1, asked.steps, image.copy)
        time.sleep(0.01)
    if "mask" in inputs:
        with Image.open(inputs["image"]) as before, Image.open(inputs["mask"]) as mask:
            keep = ImageOps.invert(mask.convert("L").resize(image.size))
            image.paste(before.convert("RGB").resize(image.size), mask=keep)
    task = "inpaint" if "mask" in inputs else "image" if "image" in inputs else "text"
    recipe = Recipe(request=asked, task=task)
    return Made(png_of(image, recipe), ".png", {"recipe": recipe.model_dump(mode="json")})


class Running:
    """A server in a thread."""

    def __init__(self, services: Services, url: str, stop: Callable[[], None]) -> None:
        self.services, self.url, self.stop = services, url, stop

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=120, trust_env=False)


@contextmanager
def running(folder: Path, chat=None, **config) -> Iterator[Running]:
    """An app for the length of the block, or until its `stop` is called."""
    settings = checked(port=0, data=folder / "app", database=folder / "router.sqlite", device=("cpu",), **config)
    with ExitStack() as stack:
        services = stack.enter_context(opened(settings, chat))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        server = uvicorn.Server(uvicorn.Config(make_app(services), log_config=None, lifespan="on"))
        thread = threading.Thread(target=lambda: asyncio.run(serving(services, server, listener)))

        def end() -> None:
            server.should_exit = True
            thread.join()

        stack.callback(end)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield Running(services, f"http://127.0.0.1:{listener.getsockname()[1]}", stack.close)


@pytest.fixture(scope="module")
def zoo(tmp_path_factory) -> Iterator[Path]:
    """Two experts in a user's folder, `tiny` and `other`, with the same weights."""
    folder = tmp_path_factory.mktemp("zoo")
    own = folder / "config" / "seedbed" / "experts"
    own.mkdir(parents=True)
    weights = folder / "weights"
    weights.mkdir()
    (weights / "model_index.json").write_text("{}")
    for name, style in (("tiny", "watercolour"), ("other", "pixel art")):
        (own / f"{name}.toml").write_text(CARD.format(weights=weights, style=style))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setattr(ImageJob, "make", sketch)
        yield folder


@pytest.fixture(scope="module")
def start(zoo: Path, tmp_path_factory) -> Iterator[Callable[..., Running]]:
    """Starts an app in a folder of its own, with other settings."""
    with ExitStack() as stack:
        yield lambda folder=None, **config: stack.enter_context(
            running(folder or tmp_path_factory.mktemp("app"), **config)
        )


@pytest.fixture(scope="module")
def app(start: Callable[..., Running]) -> Running:
    return start()


@pytest.fixture
def http(app: Running) -> Iterator[httpx.Client]:
    with app.client() as client:
        yield client
