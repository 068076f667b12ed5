"""An expert as a person trains it: from nothing to a folder that diffusers loads, interrupted and resumed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from trainer.data.worlds import blocks
from trainer.data.worlds.registry import world
from trainer.errors import TrainerError
from trainer.image import config as configuration
from trainer.image import evaluate, model, stage, vocabulary
from trainer.image.config import ImageConfig
from trainer.image.loop import Run, learning_rate

NAME = "sprites"


def quiet(what: str, done: int, total: int) -> None:
    pass


def settings(data: Path, **changed: Any) -> ImageConfig:
    small = {"steps": 4, "batch": 4, "warmup_steps": 1, "pictures": 24, "save_steps": 2, "prompts": 4}
    net = {"widths": (16, 32), "text_width": 32, "text_layers": 1, "vocabulary": 500, "drawing_steps": 2}
    return ImageConfig(**{**small, **net, "data": data, **changed})


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small block of pictures, drawn once."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(blocks, "BLOCK", 24)
        blocks.prepared(NAME, 24, folder, quiet)
    return folder


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Any:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(blocks, "BLOCK", 24)
        yield


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, evaluate.Judged]:
    folder = tmp_path_factory.mktemp("trained")
    judged = stage.run(NAME, settings(data), folder / "run", folder / "checkpoint", lambda progress: None, quiet)
    return folder, judged


def test_training_pictures_are_of_no_held_out_scene_and_the_same_every_time(data: Path, tmp_path: Path) -> None:
    blocks.draw_block(NAME, 0, tmp_path / "again.npz")
    again = np.load(tmp_path / "again.npz")
    pictures, captions = blocks.prepared(NAME, 24, data, quiet)
    assert np.array_equal(pictures, again["pictures"])
    made = world(NAME)
    for texts in captions:
        colour, subject, place, ground = (
            made.asked(texts[0])[n] for n in ("colour", "subject", "place", "ground")
        )
        from trainer.data.worlds.sprites import Scene

        assert not made.held_out(Scene(colour, subject, place, ground))
        assert all(made.asked(text) == made.asked(texts[0]) for text in texts)


def test_what_was_trained_is_a_pipeline_that_diffusers_loads_and_draws_with(
    trained: tuple[Path, evaluate.Judged],
) -> None:
    from generators.image.pipeline import SmallTextToImagePipeline

    loaded = SmallTextToImagePipeline.from_pretrained(trained[0] / "checkpoint")
    loaded.set_progress_bar_config(disable=True)
    drawn = [
        loaded("a red heart", num_inference_steps=2, generator=torch.Generator().manual_seed(1)).images[0]
        for _ in range(2)
    ]
    assert drawn[0].size == (64, 64)
    assert drawn[0].tobytes() == drawn[1].tobytes()
    assert model.parameters(loaded.unet) < model.MOST_PARAMETERS


def test_the_card_says_how_each_attribute_did(trained: tuple[Path, evaluate.Judged]) -> None:
    folder, judged = trained
    card = (folder / "checkpoint" / "README.md").read_text()
    assert set(judged.attributes) == {"colour", "subject", "place", "ground"}
    for name, share in judged.attributes.items():
        assert f"| {name} | {share:.1%} |" in card
    assert judged.ceiling == 1
    assert (folder / "checkpoint" / "samples.png").exists()
    assert (folder / "run" / "metrics.png").exists()


def test_a_resumed_run_ends_as_one_that_was_never_stopped(
    data: Path, trained: tuple[Path, evaluate.Judged], tmp_path: Path
) -> None:
    pictures, captions = blocks.prepared(NAME, 24, data, quiet)

    def begun() -> Run:
        torch.manual_seed(0)
        words = vocabulary.train((text for texts in captions for text in texts), 500)
        expert = model.pipeline(settings(data), words)
        return Run(settings(data), expert, pictures, captions, tmp_path, torch.device("cpu"))

    class Killed(Exception):
        pass

    def stop(progress: Any) -> None:
        if progress.step == 3:
            raise Killed

    with pytest.raises(Killed):
        begun().train(stop)
    resumed = begun()
    assert resumed.step == 2
    resumed.train(lambda progress: None)
    from generators.image.pipeline import SmallTextToImagePipeline

    whole = SmallTextToImagePipeline.from_pretrained(trained[0] / "checkpoint")
    for one, other in zip(resumed.averaged().unet.parameters(), whole.unet.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-5)
    steps = [json.loads(line)["step"] for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert steps == [1, 2, 3, 4]


def test_a_run_with_other_settings_is_refused(data: Path, trained: tuple[Path, evaluate.Judged]) -> None:
    with pytest.raises(TrainerError, match="other settings \\(peak_lr\\)"):
        stage.run(
            NAME, settings(data, peak_lr=1e-4), trained[0] / "run", trained[0] / "x", lambda progress: None, quiet
        )


def test_the_loss_falls_when_the_same_pictures_come_again(data: Path, tmp_path: Path) -> None:
    pictures, captions = blocks.prepared(NAME, 24, data, quiet)
    torch.manual_seed(0)
    words = vocabulary.train((text for texts in captions for text in texts), 500)
    chosen = settings(data, steps=40, batch=8, save_steps=40, peak_lr=3e-3)
    learning = Run(chosen, model.pipeline(chosen, words), pictures, captions, tmp_path, torch.device("cpu"))
    losses: list[float] = []
    learning.train(lambda progress: losses.append(progress.metrics["loss"]))
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


def test_perfect_pictures_are_judged_right_and_those_of_others_are_not() -> None:
    asked = evaluate.held_out(NAME, 12)
    made, rng = world(NAME), np.random.default_rng(0)
    scenes, captions = [scene for scene, _ in asked], [caption for _, caption in asked]
    pictures = [made.render(scene, rng) for scene in scenes]
    judged = evaluate.read(NAME, scenes, captions, pictures)
    assert judged.overall == judged.whole == judged.style == 1
    moved = evaluate.read(NAME, scenes, captions, pictures[1:] + pictures[:1])
    assert moved.overall == pytest.approx(judged.chance)
    assert moved.overall < 0.6


def test_capitals_are_tokens_of_their_own_and_no_text_is_refused() -> None:
    words = vocabulary.train(['a sign: "AXE" in red'] * 3, 500)
    assert words.tokenize('"AXE"') == ['"', "A", "X", "E", '"']
    assert len(words("ein Fuchs 🦊 €", padding="max_length").input_ids) == vocabulary.TOKENS
    assert words("").attention_mask == [1, 1]


def test_too_large_an_expert_is_refused() -> None:
    words = vocabulary.train(["a red ball"] * 3, 500)
    with pytest.raises(TrainerError, match="at most 3,000,000"):
        model.pipeline(ImageConfig(widths=(128, 160)), words)


def test_the_learning_rate_warms_up_and_ends_low() -> None:
    chosen = ImageConfig(steps=100, warmup_steps=10, peak_lr=1.0, final_lr_share=0.1)
    rates = [learning_rate(chosen, step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[10] == pytest.approx(1)
    assert rates[100] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps = 0", "steps: Input should be greater than 0"),
        ("step = 3", "step: Extra inputs are not permitted"),
        ("steps = 10", "warmup_steps 60 must be below steps 10"),
        ("widths = [60, 96]", "must be multiples of 16"),
        ("steps =", "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(TrainerError, match=said):
        configuration.read(path)


def test_the_shipped_settings_build_an_expert_that_is_small_enough() -> None:
    captions = [world(NAME).caption(scene, np.random.default_rng(0)) for scene, _ in evaluate.held_out(NAME, 40)]
    expert = model.pipeline(ImageConfig(), vocabulary.train(captions, 1280))
    assert expert.scale == 4
    assert model.parameters(expert.unet) + model.parameters(expert.text_encoder) <= model.MOST_PARAMETERS
