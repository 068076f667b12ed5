"""`seedbed image`: what the options draw, and what they refuse."""

import re

import pytest
from PIL import Image
from typer.testing import CliRunner

from generators.errors import GeneratorError
from generators.image import cli
from generators.image.recipe import opened, recipe_in
from generators.router import dispatch, experts
from generators.router.cli import DATABASE, router_app
from generators.router.database.record import counting_votes
from generators.router.dispatch import Dispatch
from generators.router.errors import RouterError

from .small import saved

CARD = """
title = "Tiny"
weights = "{weights}"
size = "embedded"
licence = "Apache-2.0"
memory_mb = 50
multiple = 4
subjects = ["animal"]
example_prompts = ["a red fox"]
[presets.draft]
steps = 3
width = 16
height = 16
"""
PAINTER = """
[presets.slow]
steps = 4
width = 16
height = 16
"""


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def image(tmp_path, monkeypatch, weights):
    """Runs the command in a folder of its own, with the expert `tiny`; returns what it prints."""
    experts = tmp_path / "config" / "seedbed" / "experts"
    experts.mkdir(parents=True)
    (experts / "tiny.toml").write_text(CARD.format(weights=weights))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        done = CliRunner().invoke(cli.app, [*arguments, "--device", "cpu"])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        run.said = done.stderr
        return done.stdout

    return run


def vote(*arguments):
    done = CliRunner().invoke(router_app, ["vote", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output


def test_drawn_again_from_its_recipe_a_picture_has_the_same_bytes(image, tmp_path):
    said = image("a red fox", "--expert", "tiny", "--seed", "7", "--out", "a.png")
    assert said == "a.png  tiny/draft, seed 7, 16x16\n"
    image("--recipe", "a.png", "--out", "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    image("--recipe", "a.png", "--seed", "8", "--size", "24x16", "--out", "c.png")
    changed = recipe_in(opened(tmp_path / "c.png"), "c.png").request
    assert (changed.prompt, changed.seed, changed.width) == ("a red fox", 8, 24)


def test_edits_need_their_picture_to_be_drawn_again(image, tmp_path):
    image("a red fox", "--expert", "tiny", "--out", "a.png")
    mask = Image.new("L", (16, 16))
    mask.paste(255, (0, 0, 8, 16))
    mask.save("mask.png")
    edit = ("--from", "a.png", "--mask", "mask.png", "--strength", "0.9")
    image("two blue", "--expert", "tiny", *edit, "--out", "b.png")
    image("--recipe", "b.png", "--from", "a.png", "--mask", "mask.png", "--out", "c.png")
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "c.png").read_bytes()
    with pytest.raises(GeneratorError, match=r"b\.png was made from another picture: give that one with --from"):
        image("--recipe", "b.png")
    with pytest.raises(GeneratorError, match=r"b\.png was made with another picture"):
        image("--recipe", "b.png", "--from", "b.png", "--mask", "mask.png")
    image("--recipe", "a.png", "--vary", "0.3", "--out", "d.png")
    image("--recipe", "a.png", "--enlarge", "2", "--out", "e.png")
    assert opened(tmp_path / "d.png").tobytes() != opened(tmp_path / "a.png").tobytes()
    assert opened(tmp_path / "e.png").size == (32, 32)


def test_files_get_names_of_their_own(image):
    first, second = (image("a red fox", "--expert", "tiny").split()[0] for _ in range(2))
    assert (first, second) == ("pictures/a-red-fox.png", "pictures/a-red-fox-2.png")


@pytest.fixture
def two_experts(image, tmp_path, monkeypatch, weights):
    """`tiny` and `plain` alone have their weights here, whatever was trained meanwhile."""
    card = CARD.format(weights=weights).replace('["animal"]', '["vehicle"]')
    (tmp_path / "config" / "seedbed" / "experts" / "plain.toml").write_text(card + PAINTER)
    for module in (dispatch, experts):
        monkeypatch.setattr(module, "available", lambda card: card.name in ("tiny", "plain"))


def test_without_an_experts_name_the_router_chooses_says_why_and_learns_from_a_vote(image, two_experts):
    said = image("draw a red fox without trees", "--seed", "3", "--out", "fox.png")
    assert said == "fox.png  tiny/draft, seed 3, 16x16\n", "its tags say animal"
    (line,) = [line for line in image.said.splitlines() if " draws" in line]
    # Nobody has voted yet: which of the other's presets comes second is by a hair.
    said = r"tiny/draft draws.* \(P\(best\) \d+%, about [\d.]+ s\): subject animal \+.*; runner-up plain/\w+"
    assert re.fullmatch(said, line)
    drawn = recipe_in(opened("fox.png"), "fox.png").request
    assert (drawn.prompt, drawn.negative_prompt) == ("a red fox", "trees")
    vote("fox.png", "down")
    with Dispatch(DATABASE) as held:
        (counted,) = counting_votes(held.database)
        (seconds,) = held.database.seconds().values()
    assert (counted.arm_a, counted.value) == ("tiny/draft", -1)
    assert seconds[0] > 0
    image("a red car", "--out", "car.png")
    assert recipe_in(opened("car.png"), "car.png").request.expert == "plain"
    image("a red car", "--expert", "tiny", "--out", "named.png")
    with pytest.raises(RouterError, match=r"named\.png is no picture that data/router\.sqlite knows"):
        vote("named.png", "up")


def test_a_presets_name_leaves_the_choice_among_those_who_have_it(image, two_experts):
    image("a red fox", "--preset", "slow", "--out", "fox.png")
    drawn = recipe_in(opened("fox.png"), "fox.png").request
    assert (drawn.expert, drawn.preset, drawn.steps) == ("plain", "slow", 4)
    with pytest.raises(GeneratorError, match="no expert here has a preset 'god'; there are draft, slow"):
        image("a red fox", "--preset", "god")


def test_where_nobody_can_draw_it_says_how_to_get_an_expert(image, monkeypatch):
    monkeypatch.setattr(dispatch, "available", lambda card: False)
    with pytest.raises(GeneratorError, match="no expert that can draw from words has its weights here: train one"):
        image("a fox")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "say what to draw"),
        (("a fox", "--expert", "tinny"), "no expert 'tinny'; the nearest is 'tiny'"),
        (("a fox", "--expert", "tiny", "--size", "big"), "--size 'big' is no WIDTHxHEIGHT"),
        (("a fox", "--expert", "tiny", "--size", "17x16"), "17x16: width and height must be multiples of 4"),
        (("a fox", "--expert", "tiny", "--preset", "god"), "tiny has no preset 'god'"),
        (("a fox", "--expert", "tiny", "--seed", "-1"), "seed -1"),
        (("p0rn", "--expert", "tiny"), "not drawn"),
        (("a fox", "--vary", "0.5"), "--vary and --enlarge need the picture"),
        (("a fox", "--from", "no.png"), r"cannot read no\.png"),
        (("--recipe", "no.png"), r"cannot read no\.png"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_loaded(image, arguments, expected):
    with pytest.raises(GeneratorError, match=expected):
        image(*arguments)
