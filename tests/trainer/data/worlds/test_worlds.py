"""Every world: its pictures are read as they were meant, by nobody's guess, and its captions say what is drawn."""

import dataclasses
from collections import Counter
from typing import Any

import numpy as np
import pytest

from trainer.data.worlds.errors import WorldUnknown
from trainer.data.worlds.forms import FORMS
from trainer.data.worlds.registry import WORLDS, world
from trainer.data.worlds.style import style_of
from trainer.data.worlds.world import HELD_OUT, Picture, World

PICTURES = 40

Drawn = list[tuple[Any, Picture]]


@pytest.fixture(scope="module", params=list(WORLDS))
def drawn(request: pytest.FixtureRequest) -> tuple[World[Any], Drawn]:
    """A world with pictures of scenes that no expert is trained on."""
    made, rng = world(request.param), np.random.default_rng(7)
    scenes: list[Any] = []
    while len(scenes) < PICTURES:
        scene = made.sample(rng)
        if made.held_out(scene):
            scenes.append(scene)
    return made, [(scene, made.render(scene, rng)) for scene in scenes]


def share(answers: list[bool]) -> float:
    return sum(answers) / len(answers)


def test_held_out_scenes_are_read_right(drawn: tuple[World[Any], Drawn]) -> None:
    made, pictures = drawn
    answers = [ok for scene, picture in pictures for ok in made.check(picture, made.attributes(scene)).values()]
    assert share(answers) >= 0.98


def test_pictures_of_other_scenes_do_no_better_than_chance(drawn: tuple[World[Any], Drawn]) -> None:
    made, pictures = drawn
    answers, luck = [], []
    for number, (_, picture) in enumerate(pictures):
        wanted = made.attributes(pictures[(number + 1) % len(pictures)][0])
        answers += made.check(picture, wanted).values()
    everything: dict[str, Counter[str]] = {}
    for scene, _ in pictures:
        for name, value in made.attributes(scene).items():
            everything.setdefault(name, Counter())[value] += 1
    for counts in everything.values():
        total = sum(counts.values())
        luck += [total / len(pictures) * sum((count / total) ** 2 for count in counts.values())]
    assert share(answers) <= sum(luck) / len(luck) + 0.1


def test_noise_as_generators_leave_it_is_read_through(drawn: tuple[World[Any], Drawn]) -> None:
    made, pictures = drawn
    rng, answers = np.random.default_rng(0), []
    for scene, picture in pictures:
        noisy = np.clip(picture + rng.normal(0, 6, picture.shape), 0, 255).astype(np.uint8)
        answers += made.check(noisy, made.attributes(scene)).values()
    assert share(answers) >= 0.95


def test_the_style_is_told_from_the_pixels(drawn: tuple[World[Any], Drawn]) -> None:
    made, pictures = drawn
    assert share([style_of(picture) == made.name for _, picture in pictures]) >= 0.95


def test_a_picture_without_anything_has_no_attribute_right_by_accident(drawn: tuple[World[Any], Drawn]) -> None:
    made, pictures = drawn
    blank = np.full((64, 64, 3), 255, np.uint8)
    for scene, _ in pictures[:10]:
        checked = made.check(blank, made.attributes(scene))
        assert share(list(checked.values())) <= 0.75


def test_larger_pictures_are_read_alike(drawn: tuple[World[Any], Drawn]) -> None:
    made, pictures = drawn
    rng = np.random.default_rng(1)
    scene = pictures[0][0]
    large = made.render(scene, rng, size_px=128)
    assert large.shape == (128, 128, 3)
    assert share(list(made.check(large, made.attributes(scene)).values())) >= 0.75


@pytest.mark.parametrize("name", WORLDS)
def test_a_caption_asks_for_what_its_scene_has(name: str) -> None:
    made, rng = world(name), np.random.default_rng(3)
    for form in FORMS:
        for _ in range(60):
            scene = made.sample(rng)
            caption = made.caption(scene, rng, form)
            assert made.asked(caption) == made.attributes(scene), caption


@pytest.mark.parametrize("name", WORLDS)
def test_the_same_seed_draws_the_same_picture_and_another_seed_another(name: str) -> None:
    made = world(name)
    scene = made.sample(np.random.default_rng(0))
    one, again, other = (made.render(scene, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("name", WORLDS)
def test_a_fixed_share_of_scenes_is_held_out(name: str) -> None:
    made, rng = world(name), np.random.default_rng(5)
    scenes = {made.sample(rng) for _ in range(400)}
    kept = share([made.held_out(scene) for scene in scenes])
    assert 0.4 * HELD_OUT < kept < 1.8 * HELD_OUT
    assert all(made.held_out(scene) == made.held_out(dataclasses.replace(scene)) for scene in scenes)


def test_an_unknown_world_is_answered_with_the_nearest() -> None:
    with pytest.raises(WorldUnknown, match=r"no world 'watercolor'; the nearest is 'watercolour'"):
        world("watercolor")
