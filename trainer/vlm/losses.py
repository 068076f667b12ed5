"""What the model learns from a batch: the answer's tokens, and dense labels of every visual token.

Plain imitation does not learn to point from a few thousand samples; a label for every visual token does (the
measurements are in docs/training.md). The heads that serve only these labels are dropped at export.

Shapes: B sequences, R of them with one of I pictures of M visual tokens; H decoder width, V vocabulary, C widget
classes.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trainer.data.widgets import CLASSES
from trainer.vlm.forward import Across, Batch, FastForward
from trainer.vlm.picture import LETTERS


@dataclass(frozen=True, slots=True)
class Labels:
    """What the batch should have given."""

    rows: Tensor
    """[K] sequence of each answer token."""
    columns: Tensor
    """[K] position whose output predicts it."""
    answers: Tensor
    """[K, 5] tokens that count as right."""
    shares: Tensor
    """[K, 5] how much each of them counts; a row sums to 1."""
    target: Tensor | None
    """[R, M] cover of the target's box, 0 to 1."""
    has_target: Tensor | None
    """[R] whether the sample points at all."""
    places: Tensor | None
    """[I, M, 2] tokens of each cell's column and row, as coordinates of its middle."""
    classes: Tensor | None
    """[I, M] widget class, -1 unknown."""
    reading_at: Tensor | None
    """[R, 2] (picture, cell) of each reading label."""
    reading_token: Tensor | None
    """[R]"""
    reading_weight: Tensor | None
    """[R]"""
    letters: Tensor | None
    """[I, M, letters] 1 where the letter stands in the cell."""
    spells: Tensor | None
    """[I] 1 where all letters of the picture are known."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part counts. Reading and classes are the adapter's business, the target the decoder's."""

    answer: float = 1.0
    target: float = 1.0
    place: float = 0.5
    reading: float = 1.0
    letters: float = 1.0
    classes: float = 0.3
    balance: float = 0.01


WEIGHTED = ("answer", "target", "place", "reading", "letters", "classes", "balance")


class Heads(nn.Module):
    """Throw-away linear heads over visual tokens."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.target = nn.Linear(width, 1)
        self.across = nn.Linear(width, width, bias=False)
        self.down = nn.Linear(width, width, bias=False)
        self.classes = nn.Linear(width, len(CLASSES))
        self.letters = nn.Linear(width, len(LETTERS))


class Learner(nn.Module):
    """Model and heads as one module, so that its forward is all that a step computes and shards as one."""

    def __init__(self, forward: FastForward) -> None:
        super().__init__()
        self.fast = forward
        self.heads = Heads(forward.settings.text_config.hidden_size)

    def forward(self, batch: Batch, labels: Labels, across: Across, decode: bool = True) -> dict[str, Tensor]:
        return losses(self.fast, self.heads, batch, labels, across, decode)


def losses(
    forward: FastForward, heads: Heads, batch: Batch, labels: Labels, across: Across, decode: bool
) -> dict[str, Tensor]:
    """Mean losses by part, `accuracy` (share of answer tokens that are right), and `right` ([K], token by token).

    A token is right when the best guess is one that counts at least 0.2. `across` averages a count over the
    processes of a distributed run, so that the mean of their losses is the loss of the whole batch. Without
    `decode` the decoder rests and only the dense labels of the ViT and its adapter count.
    """
    if not decode:
        assert batch.pixels is not None
        return _seen(forward, heads, forward.see(batch.pixels)[0], labels, across)
    out = forward(batch, across)
    logits = forward.logits(out.hidden[labels.rows, labels.columns]).float()
    chances = logits.log_softmax(-1)
    said = across(_count(labels.rows))
    parts = {
        "answer": -(chances.gather(1, labels.answers) * labels.shares).sum() / said,
        "balance": out.router_balance,
    }
    with torch.no_grad():
        right = (labels.answers == logits.argmax(-1, keepdim=True)) & (labels.shares > 0.2)
        parts["right"] = right.any(1)
        parts["accuracy"] = parts["right"].float().sum() / said
    if out.visual is None:
        return parts
    assert batch.image_rows is not None and batch.image_starts is not None
    assert labels.target is not None and labels.has_target is not None and labels.classes is not None
    cells = batch.image_starts[:, None] + torch.arange(out.visual.shape[1], device=out.visual.device)
    # Halfway, so that the other half of the layers can point at what the first half has found.
    seen = out.middle[batch.image_rows[:, None], cells]
    parts["target"] = target_loss(heads.target(seen)[..., 0].float(), labels.target, labels.has_target, across)
    assert labels.places is not None and batch.image_of is not None
    parts["place"] = place_loss(forward, heads, seen, labels.places[batch.image_of], across)
    return parts | _seen(forward, heads, out.visual, labels, across)


def _seen(forward: FastForward, heads: Heads, visual: Tensor, labels: Labels, across: Across) -> dict[str, Tensor]:
    """The losses of what each visual token shows: widget class, letters, words. `visual` is [I, M, H]."""
    assert labels.classes is not None and labels.letters is not None and labels.spells is not None
    parts: dict[str, Tensor] = {}
    guesses = heads.classes(visual).float().flatten(0, 1)
    known = (labels.classes >= 0).sum().float()
    parts["classes"] = F.cross_entropy(
        guesses, labels.classes.flatten(), ignore_index=-1, reduction="sum"
    ) / across(known).clamp_min(1)
    spelled = heads.letters(visual).float()
    # Summed over the alphabet: a cell holds two or three letters, and an empty one must stay silent.
    wrong = F.binary_cross_entropy_with_logits(spelled, labels.letters, reduction="none").sum((1, 2))
    wrong = (wrong * labels.spells).sum()
    parts["letters"] = wrong / across(labels.letters.sum()).clamp_min(1)
    with torch.no_grad():
        known = labels.spells[:, None, None] > 0
        both = (known & (spelled > 0) & (labels.letters > 0)).sum()
        either = (known & ((spelled > 0) | (labels.letters > 0))).sum().float()
        parts["spelled"] = both / across(either).clamp_min(1)
    assert labels.reading_at is not None and labels.reading_token is not None
    assert labels.reading_weight is not None
    # Counted over all processes, which must agree on the parts that there are.
    readable = across(_count(labels.reading_at))
    if readable > 0:
        cells_read, place = labels.reading_at.unique(dim=0, return_inverse=True)
        read = forward.logits(visual[cells_read[:, 0], cells_read[:, 1]]).float().log_softmax(-1)
        token = read[place, labels.reading_token]
        cells_count = across(_count(cells_read))
        parts["reading"] = -(token * labels.reading_weight).sum() / cells_count
        with torch.no_grad():
            hit = (read.argmax(-1)[place] == labels.reading_token).float()
            hits = hit.new_zeros(len(cells_read)).index_add(0, place, hit)
            parts["read"] = (hits > 0).float().sum() / cells_count
    return parts


def _count(rows: Tensor) -> Tensor:
    return torch.tensor(float(len(rows)), device=rows.device)


def place_loss(forward: FastForward, heads: Heads, seen: Tensor, places: Tensor, across: Across) -> Tensor:
    """Whether each cell's state [R, M, H] is, through a linear map, the embedding of its coordinates' tokens.

    Then a head that hands on what it attends to can say where it looked. Only the tokens in `places` [R, M, 2]
    compete.
    """
    tokens, index = places.unique(return_inverse=True)
    names = forward.model.lm_head.weight[tokens]
    guesses = torch.stack([F.linear(head(seen), names) for head in (heads.across, heads.down)], 2).float()
    wrong = F.cross_entropy(guesses.flatten(0, 2), index.flatten(), reduction="sum")
    return wrong / across(torch.tensor(float(index.numel()), device=index.device))


def target_loss(logits: Tensor, cover: Tensor, has_target: Tensor, across: Across) -> Tensor:
    """Cross-entropy between a softmax over the cells and the target's normalised cover, plus a sigmoid per cell.

    The softmax makes cells compete for the one target, the sigmoid makes each know by itself: `[R, M]` each.
    """
    share = cover / cover.sum(1, keepdim=True).clamp_min(1e-6)
    compete = -(logits.log_softmax(1) * share).sum(1)
    alone = F.binary_cross_entropy_with_logits(logits, cover, reduction="none").mean(1) * 4
    return ((compete + alone) * has_target).sum() / across(has_target.sum()).clamp_min(1)


def total(parts: dict[str, Tensor], weights: Weights) -> Tensor:
    """The weighted sum that is minimised."""
    return torch.stack([getattr(weights, name) * parts[name] for name in WEIGHTED if name in parts]).sum()
