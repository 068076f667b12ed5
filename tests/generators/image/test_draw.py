"""Drawing with real experts, tiny and untrained: recipes, edits, pipelines of diffusers, and being stopped."""

import hashlib

import numpy as np
import pytest
import torch
from PIL import Image

from generators.errors import Cancelled, CardError, PromptRefused, RequestRefused
from generators.image.draw import draw
from generators.image.edits import enlarged, variations
from generators.image.experts import loaded
from generators.image.recipe import hash_of_picture, png_of
from generators.image.request import ImageRequest
from generators.watch import Unwatched
from generators.zoo.check import check_expert

from .small import card, saved, stable_diffusion

# torch's tensors do not know numpy 2's `copy`; the schedulers turn their tables into arrays. Some of the pipelines
# that diffusers' automatic choice imports use what torch has given up.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning"),
]
FOX = ImageRequest(prompt="a red fox", expert="tiny", seed=1)


@pytest.fixture(scope="module")
def pixels(tmp_path_factory):
    return loaded(card(saved(tmp_path_factory.mktemp("pixels"))), "cpu")


@pytest.fixture(scope="module")
def latent(tmp_path_factory):
    return loaded(card(saved(tmp_path_factory.mktemp("latent"), vae=True)), "cpu")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("theirs")
    stable_diffusion().save_pretrained(folder)
    return loaded(card(folder), "cpu")


class Stop(Unwatched):
    """Says stop at one step, or at one question after the last step."""

    def __init__(self, at_step=None, after_last=False):
        self.at_step, self.after_last, self.done, self.seen = at_step, after_last, False, []

    def check(self):
        if self.done and self.after_last:
            raise Cancelled

    def step(self, done, of, preview):
        self.seen.append((done, of, preview().size))
        if done == self.at_step:
            raise Cancelled
        self.done = done == of


def test_the_recipe_gives_the_same_bytes(pixels):
    first = draw(FOX, pixels)
    again = draw(first.recipe.request, loaded(pixels.card, "cpu"))
    assert png_of(first.image, first.recipe) == png_of(again.image, again.recipe)
    assert (first.recipe.request.width, first.recipe.request.steps) == (16, 3)
    assert len(first.recipe.weights_sha256) == 64


@pytest.mark.parametrize("kind", ["pixels", "latent"])
def test_an_expert_of_ours_meets_the_contract(kind, request):
    check_expert(request.getfixturevalue(kind).card)


def test_other_pipelines_of_diffusers_draw_edit_and_repaint(theirs):
    first = draw(FOX, theirs)
    assert first.image.size == (16, 16)
    assert png_of(*_parts(first)) == png_of(*_parts(draw(FOX, theirs)))
    edited = draw(FOX, theirs, image=first.image)
    mask = Image.new("L", (16, 16), 255)
    painted = draw(FOX, theirs, image=first.image, mask=mask)
    assert [made.recipe.task for made in (first, edited, painted)] == ["text", "image", "inpaint"]
    assert edited.recipe.source_sha256 == hash_of_picture(first.image)
    assert draw(FOX.model_copy(update={"scheduler": "DDPMScheduler"}), theirs).image != first.image
    assert draw(FOX, theirs).image == first.image, "a scheduler that one request asked for is gone with it"


def test_a_relative_is_nearer_than_a_stranger(pixels):
    first = draw(FOX, pixels)
    near, far = (draw(variations(first.recipe, 1, amount)[0], pixels).image for amount in (0.1, 1.0))
    assert 0 < _distance(first.image, near) < _distance(first.image, far)
    assert len({asked.variation_seed for asked in variations(first.recipe, 3)}) == 3
    with pytest.raises(RequestRefused, match="a variation of 0"):
        variations(first.recipe, 1, 0)


def test_enlarging_draws_the_picture_again_from_itself(pixels):
    first = draw(FOX, pixels)
    request = enlarged(first.recipe, pixels.card, first.image, 2)
    large = draw(request, pixels, image=first.image)
    assert large.image.size == (32, 32)
    assert large.recipe.source_sha256 == hash_of_picture(first.image)
    with pytest.raises(RequestRefused, match="not 9 times"):
        enlarged(first.recipe, pixels.card, first.image, 9)


@pytest.mark.parametrize("kind", ["pixels", "latent", "theirs"])
def test_a_drawing_is_followed_and_stopped_between_steps(kind, request):
    expert, stop = request.getfixturevalue(kind), Stop(at_step=2)
    with pytest.raises(Cancelled):
        draw(FOX, expert, watch=stop)
    assert stop.seen == [(1, 3, (16, 16)), (2, 3, (16, 16))]
    assert draw(FOX, expert).image.size == (16, 16), "the expert draws on afterwards"


@pytest.mark.parametrize("kind", ["latent", "theirs"])
def test_a_drawing_is_stopped_while_it_is_decoded(kind, request):
    stop = Stop(after_last=True)
    with pytest.raises(Cancelled):
        draw(FOX, request.getfixturevalue(kind), watch=stop)
    assert stop.done


def test_an_adapter_changes_the_picture(tmp_path, pixels):
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict

    made = loaded(pixels.card, "cpu").pipeline
    made.unet.add_adapter(LoraConfig(r=2, target_modules=["to_q", "to_v"], init_lora_weights=False))
    layers = get_peft_model_state_dict(made.unet)
    type(made).save_lora_weights(tmp_path, unet_lora_layers=layers)
    lora = {"weights": str(tmp_path), "file": "pytorch_lora_weights.safetensors", "trigger": "at night"}
    plain = draw(FOX, pixels)
    adapted = draw(FOX, loaded(card(pixels.card.weights, loras=[lora]), "cpu"))
    assert adapted.recipe.request.prompt == "at night, a red fox"
    same_words = FOX.model_copy(update={"prompt": "at night, a red fox"})
    assert _distance(adapted.image, draw(same_words, pixels).image) > 0
    assert plain.recipe.request.prompt == "a red fox"


@pytest.mark.parametrize(
    ("change", "options", "expected"),
    [
        ({"width": 18}, {}, "18x16: width and height must be multiples of 4 for tiny"),
        ({"preset": "god"}, {}, "tiny has no preset 'god'"),
        ({"steps": 200}, {}, "tiny refuses this: .*200 cannot be larger than"),
        ({"scheduler": "os"}, {}, "diffusers has no scheduler 'os'"),
        ({}, {"mask": Image.new("L", (8, 8))}, "a mask needs the picture"),
    ],
)
def test_what_an_expert_cannot_do_is_refused(pixels, change, options, expected):
    with pytest.raises(RequestRefused, match=expected):
        draw(FOX.model_copy(update=change), pixels, **options)


def test_refused_prompts_are_not_drawn_and_other_tasks_neither(pixels):
    with pytest.raises(PromptRefused):
        draw(FOX.model_copy(update={"prompt": "a red fox, p0rn"}), pixels)
    words_only = loaded(card(pixels.card.weights, tasks=("text",)), "cpu")
    with pytest.raises(RequestRefused, match="tiny cannot do image; it can do text"):
        draw(FOX, words_only, image=Image.new("RGB", (16, 16)))


def test_an_experts_own_checker_is_obeyed(theirs):
    theirs.pipeline.run_safety_checker = lambda image, device, dtype: (image, [True])
    try:
        with pytest.raises(PromptRefused, match="own checker"):
            draw(FOX, theirs)
    finally:
        del theirs.pipeline.run_safety_checker


def test_weights_that_are_none_are_said_in_one_line(tmp_path):
    with pytest.raises(CardError, match="tiny: no weights at"):
        loaded(card(tmp_path / "nowhere"), "cpu")
    with pytest.raises(CardError, match=r"holds no model_index\.json"):
        loaded(card(tmp_path), "cpu")
    (tmp_path / "model_index.json").write_text('{"_class_name": "NoSuchPipeline"}')
    with pytest.raises(CardError, match="tiny: cannot load"):
        loaded(card(tmp_path), "cpu")


def _parts(drawn):
    return drawn.image, drawn.recipe


def _distance(one, other):
    return np.abs(np.asarray(one, float) - np.asarray(other, float)).mean()


def test_noise_between_two_seeds_is_still_noise(pixels):
    from generators.image.draw import _turned
    from generators.image.request import resolved

    asked = resolved(FOX.model_copy(update={"variation_seed": 2, "variation": 0.5, "width": 128}), pixels.card)
    noise = _turned(pixels.pipeline, asked)
    assert noise.shape == (1, 3, 16, 128)
    assert abs(noise.std().item() - 1) < 0.05
    whole = _turned(pixels.pipeline, asked.model_copy(update={"variation": 1.0}))
    assert torch.allclose(whole, torch.randn(whole.shape, generator=torch.Generator().manual_seed(2)), atol=1e-4)
    assert hashlib.sha256(noise.numpy().tobytes()).digest() != hashlib.sha256(whole.numpy().tobytes()).digest()
