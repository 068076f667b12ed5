"""A seeded world of experts that is harder for a linear router than the additive one: it stands in for real
scores.

An expert's merit on a prompt is a saturating function of subject, style and their interaction, with an effect of
its own for every noun and colour, and a weakness that only shows when two things meet. Scores are noisy and come
in steps of a checker's share of attributes. A quarter of the unseen synonyms stands in no lexicon of ours.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.router.arms import Arm
from generators.router.matrix import ScoreMatrix

NOUNS = {
    "geometry": {"cube": ["dice", "brick"], "sphere": ["orb", "globe"], "cone": ["funnel"], "torus": ["doughnut"]},
    "creature": {
        "knight": ["paladin"], "wizard": ["sorcerer", "thaumaturge"], "robot": ["droid"], "ghost": ["spectre"],
    },
    "landscape": {
        "mountain": ["peak", "escarpment"], "lake": ["loch"], "forest": ["woodland"],
        "beach": ["seaside", "foreshore"],
    },
    "emblem": {"flag": ["banner", "gonfalon"], "shield": ["buckler"], "badge": ["cockade"], "emblem": ["crest"]},
    "chart": {"bar chart": ["histogram"], "pie chart": ["pie graph"], "line chart": ["time series", "sparkline"]},
    "sky": {"moon": ["crescent"], "comet": ["meteor"], "galaxy": ["nebula", "quasar"], "planet": ["saturn"]},
    "lettering": {"letter": ["initial"], "word": ["inscription", "wordmark"], "number": ["numeral"]},
    "animal": {"fox": ["vixen"], "dog": ["puppy", "corgi"], "cat": ["kitten"], "bird": ["sparrow", "magpie"]},
}  # fmt: skip
"""Subject, noun, and its unseen synonyms."""
STYLES = {
    "render": ["3d", "rendered"],
    "pixel": ["pixel art", "pixelated"],
    "watercolour": ["watercolour", "aquarelle"],
    "line": ["line drawing", "pencil"],
    "flat": ["flat", "vector"],
    "astro": ["starry", "cosmic"],
}
"""Style, its word in training prompts, and one that is unseen."""
COLOURS = ("red", "green", "blue", "yellow", "white")
FORMS = {
    "prompt": ["{}", "{}, on a plain ground"],
    "instruction": ["draw {}", "please make a picture of {}"],
    "inspiration": ["I want to see {}", "I wish I had {} on my wall"],
    "hypothesis": ["if you gave me {} I would be happy", "what if there were {} here"],
}
TAGS = (
    ("solids", "geometry", "render"),
    ("sprites", "creature", "pixel"),
    ("watercolour", "landscape", "watercolour"),
    ("lines", "building", "line"),
    ("emblems", "emblem", "flat"),
    ("charts", "chart", "diagram"),
    ("nightsky", "sky", "astro"),
    ("lettering", "lettering", "typographic"),
)
SEEDS = 3


@dataclass(frozen=True)
class Scene:
    """What a prompt asks for."""

    subject: str
    noun: str
    style: str | None
    colour: str | None


class World:
    """Eight experts with hidden merits."""

    def __init__(self, seed: int, noise: float = 0.12) -> None:
        self.rng = np.random.default_rng(seed)
        self.noise = noise
        count = len(TAGS)
        draw = self.rng.standard_normal
        self.base = 0.3 * draw(count)
        self.subject = {name: 0.6 * draw(count) for name in NOUNS}
        self.style = {name: 0.6 * draw(count) for name in STYLES}
        self.noun = {noun: 0.35 * draw(count) for nouns in NOUNS.values() for noun in nouns}
        self.colour = {name: 0.2 * draw(count) for name in COLOURS}
        self.meeting = {(subject, style): 0.7 * draw(count) for subject in NOUNS for style in STYLES}
        self.weakness = {
            (noun, colour): -1.5 * (self.rng.random(count) < 0.1) for noun in self.noun for colour in COLOURS
        }
        for index, (_, subject, style) in enumerate(TAGS):
            # A tag promises something, and not always the truth.
            if subject in self.subject:
                self.subject[subject][index] += 1.2 * self.rng.random()
            if style in self.style:
                self.style[style][index] += 1.2 * self.rng.random()

    def merit(self, scene: Scene) -> NDArray[np.float64]:
        """Each expert's expected share of attributes, `[experts]`."""
        logit = self.base + self.subject[scene.subject] + self.noun[scene.noun]
        if scene.style:
            logit = logit + self.style[scene.style] + self.meeting[scene.subject, scene.style]
        if scene.colour:
            logit = logit + self.colour[scene.colour] + self.weakness[scene.noun, scene.colour]
        return 1 / (1 + np.exp(-1.2 * logit))

    def scene(self, held_out: bool | None = None) -> Scene:
        """Any scene; with `held_out` only those whose pair of subject and style is, or is not, kept for the
        test.
        """
        while True:
            subject = str(self.rng.choice(list(NOUNS)))
            noun = str(self.rng.choice(list(NOUNS[subject])))
            style = str(self.rng.choice(list(STYLES))) if self.rng.random() < 0.7 else None
            colour = str(self.rng.choice(COLOURS)) if self.rng.random() < 0.6 else None
            pairs = list(NOUNS).index(subject) * len(STYLES) + (list(STYLES).index(style) if style else 0)
            if held_out is None or (style is not None and pairs % 7 == 3) == held_out:
                return Scene(subject, noun, style, colour)

    def text(self, scene: Scene, form: str, test: bool, synonyms: bool) -> str:
        """A prompt; test prompts use other templates than training prompts."""
        noun, style = scene.noun, STYLES[scene.style][int(synonyms)] if scene.style else ""
        if synonyms:
            noun = str(self.rng.choice(NOUNS[scene.subject][noun]))
        thing = " ".join(part for part in ("a", scene.colour, style, noun) if part)
        return FORMS[form][int(test)].format(thing)

    def scores(self, scene: Scene) -> NDArray[np.float32]:
        """Noisy scores in steps of a quarter or less, `[experts, SEEDS]`."""
        merit = self.merit(scene)[:, None] + self.noise * self.rng.standard_normal((len(TAGS), SEEDS))
        return (np.round(np.clip(merit, 0, 1) * 8) / 8).astype(np.float32)


def arms(count: int = len(TAGS)) -> tuple[Arm, ...]:
    """The experts as arms, one preset each."""
    return tuple(
        Arm(name, "standard", "image", frozenset({subject}), frozenset({style}), (f"{subject}, clean",), "MIT",
            memory_mb=20, steps=10 + 5 * index, size_px=64)
        for index, (name, subject, style) in enumerate(TAGS[:count])
    )  # fmt: skip


def matrix(seed: int = 0, prompts: int = 1000, noise: float = 0.12) -> ScoreMatrix:
    """A matrix with every slice; prompts of the test split use templates, words or pairs that training never
    saw.
    """
    world = World(seed, noise)
    rows: list[tuple[str, str, str, str, Sequence[str], NDArray[np.float32]]] = []
    for index in range(prompts):
        split, kind = _place(index / prompts)
        form = list(FORMS)[index % 4]
        if kind == "not-media":
            rows.append(
                ("what time is it in Oslo?", split, kind, form, (), np.full((8, SEEDS), np.nan, np.float32))
            )
            continue
        scene = world.scene(held_out=kind == "unseen-pairs")
        text = world.text(scene, form, split == "test", kind == "synonyms")
        keep = [word for word in (scene.colour, None if kind == "synonyms" else scene.noun) if word]
        rows.append((text, split, kind, form, keep, world.scores(scene)))
    texts, splits, kinds, forms, kept, scores = zip(*rows, strict=True)
    seconds = np.array([[0.2 * arm.work * 50] * SEEDS for arm in arms()], dtype=np.float32)
    return ScoreMatrix(
        np.stack(scores), seconds, tuple(arm.name for arm in arms()), "simulated", texts, splits, kinds, forms,
        tuple(tuple(json.loads(json.dumps(terms))) for terms in kept),
    )  # fmt: skip


def _place(share: float) -> tuple[str, str]:
    for until, split, kind in (
        (0.55, "train", "in-distribution"),
        (0.65, "val", "in-distribution"),
        (0.8, "test", "in-distribution"),
        (0.9, "test", "synonyms"),
        (0.97, "test", "unseen-pairs"),
        (1.01, "test", "not-media"),
    ):
        if share < until:
            return split, kind
    raise AssertionError("shares end at 1")
