"""Draws the samples of each step: sources in their shares, tasks by how badly they still go, lengths alike.

Everything that is drawn follows from the seed, the round and the tasks' accuracies, so a resumed run draws what
the unbroken one would have drawn.
"""

import bisect
import itertools
import math
import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from envs.suites.miniwob.tasks import TIER_A
from trainer.data.copying import copy_text, retold_text
from trainer.data.shards import Sample
from trainer.data.variation import question, varied
from trainer.vlm import vocabulary
from trainer.vlm.config import TrainConfig
from trainer.vlm.encoding import Encoded, Encoder

ROUND = 8
"""Steps that are drawn together and then sorted by length, to waste little on padding."""
MEMORY = 0.95
"""How much of a task's running accuracy a new sample leaves in place."""
QUESTIONS_OF_LISTS = 0.2
"""Share of the lists of demonstrations that are given another question than their own."""
RETOLD_PICTURES = 0.6
"""Share of the further questions about a picture that ask for all that stands on it."""
DECISIONS = 12
"""Turns of a game in one sequence without a picture."""
LONGEST = 512
"""Tokens; longer sequences are drawn again."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn together and where it came from: `source/task`."""

    name: str
    sequences: tuple[Encoded, ...]
    """One about a list, or several about one picture; of these the first is the demonstration's own question."""

    @property
    def length(self) -> int:
        """Tokens of the longest sequence."""
        return max(len(sequence.tokens) for sequence in self.sequences)


class Mixture:
    """The samples of a run, and how well each task is answered."""

    def __init__(
        self,
        config: TrainConfig,
        encoder: Encoder,
        perception: Sequence[Sample],
        demonstrations: Sequence[Sample],
        plays: Sequence[Sample] = (),
    ) -> None:
        self._config = config
        self._encoder = encoder
        self._perception = perception
        self._tasks = _by_task(demonstrations)
        self._games = _by_task(plays)
        self._minded = _by_task(each for each in plays if each.play is not None and each.play.noted)
        self._alike: dict[Hashable, list[Sample]] = defaultdict(list)
        for turns in self._minded.values():
            for turn in turns:
                self._alike[_but_for_its_thought(turn)].append(turn)
        self._words = vocabulary.words(vocabulary.texts(demonstrations)) or ["ok"]
        self.accuracy: dict[str, float] = {}
        """Running share of wholly right answers, by `source/task`."""

    def round(self, number: int) -> list[list[Drawn]]:
        """The batches of `ROUND` steps; within a batch either all samples have a picture or none."""
        rng = random.Random(f"{self._config.seed}/{number}")
        mix, size = self._config.mix, self._config.batch
        pictures = {"perception": mix.perception, "pixels": mix.pixels, "games": mix.games}
        texts = {
            "elements": mix.elements,
            "copying": mix.copying,
            "retelling": mix.retelling,
            "decisions": mix.decisions,
        }
        share = sum(texts.values()) / sum((*pictures.values(), *texts.values()))
        # The fraction of a step that is left over is drawn, so that small shares come about in the long run.
        listed = math.floor(share * ROUND + rng.random())
        batches = []
        for shares, steps, count in (
            (texts, listed, size),
            (pictures, ROUND - listed, size // self._config.questions),
        ):
            group = self._group(shares, steps * count, rng)
            batches += _split(group, steps, least=max(count // 4, min(count, 2))) if group else []
        rng.shuffle(batches)
        return batches

    def _group(self, shares: dict[str, float], count: int, rng: random.Random) -> list[Drawn]:
        if not count:
            return []
        return [self._draw(source, rng) for source in rng.choices(list(shares), list(shares.values()), k=count)]

    def learned(self, name: str, right: bool) -> None:
        """Take note of one answer, for the curriculum."""
        self.accuracy[name] = MEMORY * self.accuracy.get(name, 0.0) + (1 - MEMORY) * right

    def _draw(self, source: str, rng: random.Random) -> Drawn:
        while True:
            drawn = self._one(source, rng)
            if drawn.length <= LONGEST:
                return drawn

    def _one(self, source: str, rng: random.Random) -> Drawn:
        if source == "copying":
            return Drawn("copying/lists", (self._encoder.encode_copying(copy_text(rng, self._words)),))
        if source == "decisions":
            sample = self._drawn(source, self._minded, rng)
            alike = self._alike[_but_for_its_thought(sample)]
            samples = [sample, *rng.choices(alike, k=DECISIONS - 1)]
            return Drawn(f"{source}/{sample.task}", (self._encoder.encode_decisions(samples),))
        if source == "retelling":
            return Drawn("retelling/lists", (self._encoder.encode_copying(retold_text(rng, self._words)),))
        if source == "perception":
            return self._about_a_picture("perception/pages", rng.choice(self._perception), rng)
        sample = self._drawn(source, self._games if source == "games" else self._tasks, rng)
        name = f"{source}/{sample.task}"
        if source in ("pixels", "games"):
            return self._about_a_picture(name, sample, rng)
        if rng.random() < QUESTIONS_OF_LISTS:
            name, sample = f"{source}/questions", question(rng, sample) or sample
        return Drawn(name, (self._encoder.encode(varied(rng, sample, self._words)),))

    def _about_a_picture(self, name: str, sample: Sample, rng: random.Random) -> Drawn:
        """The sample's own question about its picture and as many others as the settings ask for."""
        picture = self._encoder.picture(sample)
        sequences = [self._encoder.encode(sample, picture)]
        for _ in range(self._config.questions - 1):
            if sample.elements and rng.random() < RETOLD_PICTURES:
                sequences.append(self._encoder.encode_retelling(sample, picture))
            else:
                sequences.append(self._encoder.encode(question(rng, sample) or sample, picture))
        return Drawn(name, tuple(sequences))

    def _drawn(self, source: str, tasks: dict[str, list[Sample]], rng: random.Random) -> Sample:
        names = sorted(tasks)
        if source == "pixels" and rng.random() < self._config.tier_a_share:
            names = [name for name in names if name in TIER_A] or names
        floor = self._config.curriculum_floor
        weights = [floor + 1 - self.accuracy.get(f"{source}/{name}", 0.0) for name in names]
        return rng.choice(tasks[rng.choices(names, weights)[0]])


def _but_for_its_thought(turn: Sample) -> Hashable:
    """What turns have in common that can stand behind one prompt; the mission is part of the thought as well."""
    assert turn.play is not None
    return turn.task, turn.play.legal, turn.past


def _by_task(samples: Iterable[Sample]) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        found[sample.task].append(sample)
    return dict(found)


def _split(drawn: list[Drawn], steps: int, least: int) -> list[list[Drawn]]:
    """So many batches of samples of like length; of long ones there are fewer, so that all are as much work.

    Every batch has at least `least` of them, so that each of a few processes has a part in it.
    """
    drawn = sorted(drawn, key=lambda each: each.length)
    work = list(itertools.accumulate(len(each.sequences) * each.length for each in drawn))
    batches, start = [], 0
    for left in reversed(range(steps)):
        end = bisect.bisect_left(work, work[-1] * (steps - left) / steps) + 1
        end = max(min(end, len(drawn) - left * least), start + least)
        batches.append(drawn[start:end])
        start = end
    return batches
