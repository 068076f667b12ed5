"""A zoo of one tiny expert in a user's folder, and jobs that work with it."""

import pytest

from ..image.small import saved

CARD = """
title = "Tiny"
weights = "./weights"
size = "embedded"
licence = "Apache-2.0"
memory_mb = 50
multiple = 4
subjects = ["animal"]
example_prompts = ["a red fox"]
[presets.draft]
steps = 4
width = 16
height = 16
"""


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("weights") / "weights", vae=True)


@pytest.fixture(autouse=True)
def zoo(tmp_path, monkeypatch, request):
    """The names of the experts are `tiny` and `other`; both have the same weights."""
    if "weights" not in request.fixturenames:
        return
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    own = tmp_path / "config" / "seedbed" / "experts"
    own.mkdir(parents=True)
    for name in ("tiny", "other"):
        text = CARD.replace("./weights", str(request.getfixturevalue("weights")))
        (own / f"{name}.toml").write_text(text)
