"""The trainer's own forward pass gives transformers' logits, and its positions are transformers' positions."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from trainer.vlm.batches import TOKEN_PX, _positions, collate
from trainer.vlm.encoding import Encoded
from trainer.vlm.forward import Batch, FastForward, _balance, alone
from trainer.vlm.picture import Picture

from . import small


def encoded(words: Any, height: int, width: int) -> Encoded:
    """A sequence with text on both sides of a picture of noise; height 0 is text alone."""
    rng = np.random.default_rng(height * 1000 + width)
    pad = words.convert_tokens_to_ids("<|image_pad|>")
    start = words.convert_tokens_to_ids("<|vision_start|>")
    count = height // TOKEN_PX * (width // TOKEN_PX)
    before, after = rng.integers(100, 2000, 5), rng.integers(100, 2000, 7)
    tokens = np.concatenate([before, [start] if count else [], np.full(count, pad), after]).astype(np.int32)
    if not count:
        return Encoded(tokens, len(tokens) - 3, {})
    pixels = rng.integers(0, 256, (3, height, width), np.uint8)
    nothing = np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32)
    picture = Picture(pixels, np.zeros((count, 2), np.int32), np.full(count, -1, np.int8), nothing, None)
    return Encoded(tokens, len(tokens) - 3, {}, image_start=6, picture=picture)


def batch_of(sample: Encoded) -> Batch:
    seen = sample.picture is not None
    return Batch(
        pixels=torch.from_numpy(sample.picture.pixels)[None] if sample.picture else None,
        image_of=torch.tensor([0]) if seen else None,
        image_rows=torch.tensor([0]) if seen else None,
        image_starts=torch.tensor([sample.image_start]) if seen else None,
        tokens=torch.from_numpy(sample.tokens.astype(np.int64))[None],
        positions=torch.from_numpy(_positions(sample, len(sample.tokens)))[:, None],
    )


def inputs_of(sample: Encoded, model: Any) -> dict[str, Any]:
    """What transformers' processor would hand to the model for this sample."""
    tokens = torch.from_numpy(sample.tokens.astype(np.int64))[None]
    given: dict[str, Any] = {
        "input_ids": tokens,
        "mm_token_type_ids": (tokens == model.config.image_token_id).int(),
        "attention_mask": torch.ones_like(tokens),
    }
    if sample.picture is not None:
        from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

        vision = model.config.vision_config
        processor = Qwen2VLImageProcessorPil(
            patch_size=vision.patch_size,
            merge_size=vision.spatial_merge_size,
            temporal_patch_size=vision.temporal_patch_size,
            image_mean=[0.5] * 3,
            image_std=[0.5] * 3,
            size={"shortest_edge": TOKEN_PX**2, "longest_edge": 1024 * 1024},
        )
        seen = processor(sample.picture.pixels.transpose(1, 2, 0), return_tensors="pt")
        given |= {"pixel_values": seen["pixel_values"], "image_grid_thw": seen["image_grid_thw"]}
    return given


@pytest.fixture(scope="module")
def model(words: Any) -> Any:
    return small.model(words).eval()


@pytest.mark.parametrize(("height", "width"), [(160, 160), (96, 192), (64, 16), (0, 0)])
def test_the_logits_are_those_of_transformers(words: Any, model: Any, height: int, width: int) -> None:
    sample = encoded(words, height, width)
    fast = FastForward(model)
    with torch.no_grad():
        ours = fast.logits(fast(batch_of(sample)).hidden)
        theirs = model(**inputs_of(sample, model)).logits
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("height", "width"), [(160, 160), (96, 192), (192, 96), (0, 0)])
def test_the_positions_are_those_of_transformers(words: Any, model: Any, height: int, width: int) -> None:
    sample = encoded(words, height, width)
    given = inputs_of(sample, model)
    if height == 0:
        theirs = torch.arange(len(sample.tokens)).expand(3, 1, -1)
    else:
        theirs, _ = model.model.get_rope_index(
            given["input_ids"], given["mm_token_type_ids"], image_grid_thw=given["image_grid_thw"]
        )
    assert torch.equal(batch_of(sample).positions, theirs)


def test_padding_on_the_right_changes_nothing_before_it(words: Any, model: Any) -> None:
    sample = encoded(words, 64, 64)
    length = len(sample.tokens)
    plain = batch_of(sample)
    tokens = torch.zeros(1, length + 20, dtype=torch.long)
    tokens[:, :length] = plain.tokens
    positions = torch.from_numpy(_positions(sample, length + 20))[:, None]
    padded = replace(plain, tokens=tokens, positions=positions)
    fast = FastForward(model)
    with torch.no_grad():
        torch.testing.assert_close(fast(padded).hidden[:, :length], fast(plain).hidden, atol=1e-5, rtol=1e-5)


def test_images_of_one_batch_do_not_see_each_other(words: Any, model: Any) -> None:
    one = encoded(words, 64, 64)
    assert one.picture is not None
    pixels = torch.from_numpy(np.stack([one.picture.pixels, 255 - one.picture.pixels]))
    fast = FastForward(model)
    with torch.no_grad():
        together, _ = fast.see(pixels)
        alone, _ = fast.see(pixels[:1])
    torch.testing.assert_close(together[:1], alone, atol=1e-5, rtol=1e-5)


def test_several_questions_about_one_picture_are_answered_as_if_each_had_its_own(words: Any, model: Any) -> None:
    one = encoded(words, 64, 64)
    other = replace(one, tokens=np.concatenate([one.tokens[:-4], one.tokens[-4:][::-1]]))
    batch, _ = collate([_labelled(one), _labelled(other)], torch.device("cpu"))
    assert batch.pixels is not None and len(batch.pixels) == 1
    fast = FastForward(model)
    with torch.no_grad():
        together = fast(batch).hidden[:, : len(one.tokens)]
        apart = torch.cat([fast(batch_of(sample)).hidden for sample in (one, other)])
    torch.testing.assert_close(together, apart, atol=1e-5, rtol=1e-5)


def _labelled(sample: Encoded) -> Encoded:
    assert sample.picture is not None
    return replace(sample, target=np.zeros(len(sample.picture.classes), np.float32))


def test_a_router_that_spreads_evenly_has_a_balance_of_one(words: Any, model: Any) -> None:
    with torch.no_grad():
        balance = FastForward(model)(batch_of(encoded(words, 64, 64))).router_balance
    assert 0.95 < float(balance) < 2.0


def test_the_balance_of_two_halves_is_that_of_the_whole() -> None:
    halves = torch.rand(2, 3, 2, 8, generator=torch.Generator().manual_seed(0))
    used = halves[:, :, 0].mean(0)
    parts = [_balance(half, lambda _: used) for half in halves]
    assert float(sum(parts)) / 2 == pytest.approx(float(_balance(halves.mean(0), alone)))
