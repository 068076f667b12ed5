"""The embedded experts' pipeline: what is drawn depends on prompt, seed and picture, and on nothing else."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generators.image import pipeline as code
from generators.image.pipeline import SmallTextToImagePipeline

from .small import pipeline, saved

# torch's tensors do not know numpy 2's `copy`; the schedulers turn their tables into arrays.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def draw(made, prompt="a red fox", seed=1, **options):
    options = {"num_inference_steps": 4, "output_type": "np", "generator": seeded(seed), **options}
    return made(prompt, **options).images


@pytest.fixture(scope="module")
def pixels():
    return pipeline()


@pytest.fixture(scope="module")
def latent():
    return pipeline(vae=True)


@pytest.fixture(scope="module", params=["pixels", "latent"])
def made(request):
    return request.getfixturevalue(request.param)


def picture(seed=5):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8))


def test_same_prompt_and_seed_give_the_same_picture(made):
    assert draw(made).shape == (1, 16, 16, 3)
    assert np.array_equal(draw(made), draw(made))
    assert not np.allclose(draw(made), draw(made, seed=2))
    assert not np.allclose(draw(made), draw(made, "a blue fox"))


@pytest.mark.parametrize(
    "scheduler",
    ["DDPMScheduler", "EulerAncestralDiscreteScheduler", "HeunDiscreteScheduler", "DPMSolverMultistepScheduler"],
)
def test_any_noise_scheduler_draws_edits_and_repaints(scheduler):
    made = pipeline(scheduler=scheduler)
    assert np.array_equal(draw(made), draw(made))
    edited = draw(made, image=picture(), strength=0.5)
    assert np.isfinite(edited).all()
    mask = Image.new("L", (16, 16))
    mask.paste(255, (0, 0, 8, 16))
    painted = draw(made, image=picture(), mask_image=mask, strength=0.9)[0]
    assert np.array_equal(np.round(painted[:, 8:] * 255), np.asarray(picture())[:, 8:])
    assert not np.array_equal(np.round(painted[:, :8] * 255), np.asarray(picture())[:, :8])


def test_pictures_of_a_batch_are_those_of_their_seeds(made):
    batch = draw(made, ["a red fox", "two blue"], generator=[seeded(1), seeded(2)])
    assert np.allclose(batch[0], draw(made)[0], atol=1e-5)
    assert np.allclose(batch[1], draw(made, "two blue", seed=2)[0], atol=1e-5)
    several = draw(made, num_images_per_prompt=2, generator=[seeded(1), seeded(7)])
    assert np.allclose(several[1], draw(made, seed=7)[0], atol=1e-5)


def test_guidance_changes_the_picture_and_obeys_the_negative_prompt(made):
    plain = draw(made, guidance_scale=1.0)
    guided = draw(made, guidance_scale=5.0)
    against = draw(made, guidance_scale=5.0, negative_prompt="night")
    assert not np.allclose(plain, guided)
    assert not np.allclose(guided, against)
    # Guided against itself, a prompt stays what it is.
    assert np.allclose(plain, draw(made, guidance_scale=5.0, negative_prompt="a red fox"), atol=1e-3)


def test_padding_says_nothing(pixels):
    embeds, words = pixels.encode_prompt(["a red fox", "a"])
    assert words.sum(1).tolist() == [5, 3]
    sample = torch.randn(2, 3, 16, 16, generator=seeded(0))
    noisy = torch.where(words[..., None] == 1, embeds, torch.randn(embeds.shape, generator=seeded(1)))
    with torch.no_grad():
        one, two = (
            pixels.unet(sample, 5, encoder_hidden_states=given, encoder_attention_mask=words).sample
            for given in (embeds, noisy)
        )
    assert torch.allclose(one, two, atol=1e-5)


def test_less_strength_stays_nearer_to_the_picture():
    made = pipeline()
    # A network that predicts no noise changes nothing but what strength added.
    torch.nn.init.zeros_(made.unet.conv_out.weight)
    torch.nn.init.zeros_(made.unet.conv_out.bias)
    original = np.asarray(picture()) / 255
    weak, strong = (
        np.abs(draw(made, image=picture(), strength=share, num_inference_steps=10)[0] - original).mean()
        for share in (0.1, 0.9)
    )
    assert weak < strong


def test_sizes_other_than_the_trained_one(made):
    assert draw(made, height=32, width=24).shape == (1, 32, 24, 3)
    with pytest.raises(ValueError, match="17x16: width and height must be multiples of"):
        draw(made, height=16, width=17)
    assert draw(made, image=picture().resize((24, 32)), strength=0.5).shape == (1, 32, 24, 3)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"prompt": []}, "there is no prompt"),
        ({"mask_image": picture()}, "a mask needs the image"),
        ({"image": picture(), "strength": 0.0}, "strength 0.0"),
        ({"generator": [seeded(0)] * 2}, "2 generators for a batch of 1"),
        ({"latents": torch.zeros(1, 3, 8, 8)}, "latents are"),
        ({"prompt": ["a", "a"], "negative_prompt": ["a"] * 3}, "3 negative prompts for 2 prompts"),
        ({"callback_on_step_end_tensor_inputs": ["noise"]}, "no tensor 'noise'"),
    ],
)
def test_what_cannot_be_is_refused(pixels, options, expected):
    with pytest.raises(ValueError, match=expected):
        draw(pixels, **options)


def test_callbacks_see_every_step_change_latents_and_interrupt(made):
    seen = []

    def stop_at_second(pipe, step, timestep, tensors):
        seen.append((step, tuple(tensors["latents"].shape)))
        if step == 1:
            pipe._interrupt = True
        return tensors

    draw(made, callback_on_step_end=stop_at_second)
    assert [step for step, _ in seen] == [0, 1]
    white = draw(made, callback_on_step_end=lambda p, i, t, kept: {"latents": torch.ones_like(kept["latents"])})
    with torch.no_grad():
        expected = made.decode(torch.ones(seen[0][1])) / 2 + 0.5
    assert np.array_equal(white, made.image_processor.pt_to_numpy(expected))


@pytest.mark.parametrize("vae", [False, True])
def test_a_saved_expert_is_loaded_by_diffusers_too(tmp_path, vae):
    from diffusers import DiffusionPipeline

    folder = saved(tmp_path / "expert", vae=vae)
    ours = SmallTextToImagePipeline.from_pretrained(folder)
    theirs = DiffusionPipeline.from_pretrained(
        folder, custom_pipeline=str(Path(code.__file__)), trust_remote_code=True
    )
    for loaded in (ours, theirs):
        loaded.set_progress_bar_config(disable=True)
        assert np.array_equal(draw(loaded), draw(pipeline(vae=vae)))
