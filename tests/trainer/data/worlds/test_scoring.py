"""Any prompt against any picture, whoever drew it."""

import numpy as np
import pytest

from trainer.data.worlds import solids, sprites
from trainer.data.worlds.registry import WORLDS, world
from trainer.data.worlds.scoring import asked, score, shown
from trainer.data.worlds.style import style_of
from trainer.data.worlds.synonyms import UNSEEN, folded, unfamiliar
from trainer.data.worlds.world import Picture


def heart(colour: str = "red", place: str = "left") -> Picture:
    return world("sprites").render(sprites.Scene(colour, "heart", place, "dark"), np.random.default_rng(0))


def ball(colour: str = "red") -> Picture:
    scene = solids.Scene("1", colour, "sphere", "left", "light")
    return world("solids").render(scene, np.random.default_rng(0))


def test_a_free_prompt_is_understood_by_the_world_that_knows_its_words() -> None:
    wanted = asked("could I have two scarlet balls on white ground please, ray-traced")
    assert wanted.style == "solids"
    assert wanted.attributes["solids"] == {
        "ground": "light", "subject": "sphere", "colour": "red", "count": "2",
    }  # fmt: skip


def test_whoever_shows_all_that_was_asked_gets_everything() -> None:
    assert score("a pixel-art sprite of a red heart on the left", heart()) == 1
    assert score("a red heart on the left", heart()) == 1


@pytest.mark.parametrize(
    ("prompt", "points"),
    [
        ("a pixel-art sprite of a blue heart on the left", 3 / 4),
        ("a pixel-art sprite of a blue key on the left", 2 / 4),
        ("a pixel-art sprite of a blue key on the right", 1 / 4),
        ("a 3-D render of a red ball on the left", 2 / 5),
    ],
)
def test_what_is_missing_costs_its_share(prompt: str, points: float) -> None:
    assert score(prompt, heart()) == pytest.approx(points)


def test_the_wrong_style_still_shows_what_it_shows() -> None:
    assert shown("a pixel-art sprite of a red key on the left", ball()) == {
        "style": False,
        "colour": True,
        "place": True,
        "count": True,
    }


def test_a_prompt_about_nothing_known_is_worth_nothing() -> None:
    assert score("tell me the time", heart()) == 0


@pytest.mark.parametrize("name", WORLDS)
def test_captions_are_satisfied_by_their_own_pictures_best(name: str) -> None:
    made, rng = world(name), np.random.default_rng(2)
    own, others = [], []
    for _ in range(10):
        scene = made.sample(rng)
        caption, picture = made.caption(scene, rng, "prompt"), made.render(scene, rng)
        own.append(score(caption, picture))
        others += [
            score(caption, each) for each in (heart("green", "right"), ball("purple")) if style_of(each) != name
        ]
    assert sum(own) / len(own) > 0.95
    assert sum(others) / len(others) < 0.5


@pytest.mark.parametrize("name", WORLDS)
def test_synonyms_that_no_caption_has_ask_for_the_same(name: str) -> None:
    made, rng = world(name), np.random.default_rng(4)
    for _ in range(40):
        scene = made.sample(rng)
        said = unfamiliar(made.caption(scene, rng), rng)
        assert made.asked(folded(said)) == made.attributes(scene), said


def test_no_caption_has_an_unseen_synonym() -> None:
    rng = np.random.default_rng(6)
    captions = " ".join(world(name).caption(world(name).sample(rng), rng) for name in WORLDS for _ in range(300))
    words = set(captions.replace(",", " ").replace(":", " ").split())
    assert not words & {word for words in UNSEEN.values() for word in words if " " not in word}
