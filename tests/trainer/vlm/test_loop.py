"""A run learns, and an interrupted one ends with the same weights and the same record as an unbroken one."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from trainer.errors import TrainerError
from trainer.vlm.loop import METRICS, STATE, Progress, Run, learning_rate

from . import small

PERCEPTION = {"seeing_steps": 10}
IMITATION = {"stage": "imitate", "mix": {"perception": 0.3, "pixels": 0.3, "elements": 0.2, "copying": 0.2}}


def quiet(_: Any) -> None:
    """Hear of a step, or of a checkpoint, and do nothing."""


def metrics(folder: Path) -> list[dict[str, float]]:
    """The record of a run without the time that its steps took."""
    rows = [json.loads(line) for line in (folder / METRICS).read_text().splitlines()]
    return [{name: value for name, value in row.items() if name != "samples_per_s"} for row in rows]


def interrupt_at(step: int) -> Any:
    def tell(progress: Progress) -> None:
        if progress.step == step:
            raise KeyboardInterrupt

    return tell


def apart(one: Run, other: Run) -> float:
    """Length of the difference of all weights as a share of their length."""
    ours = torch.cat([p.detach().flatten() for p in one.model.parameters()])
    theirs = torch.cat([p.detach().flatten() for p in other.model.parameters()])
    return float((ours - theirs).norm() / ours.norm())


@pytest.mark.parametrize("changes", [PERCEPTION, IMITATION], ids=["decoder at rest at first", "imitation"])
def test_a_run_that_was_killed_goes_on_to_the_same_result(tmp_path: Path, words: Any, changes: Any) -> None:
    settings = small.config(**changes)
    straight = small.run(settings, words, tmp_path / "straight")
    straight.train(quiet, quiet)

    killed = small.run(settings, words, tmp_path / "killed")
    with pytest.raises(KeyboardInterrupt):
        killed.train(interrupt_at(12), quiet)
    assert len(metrics(tmp_path / "killed")) == 12

    resumed = small.run(settings, words, tmp_path / "killed")
    assert resumed.step == 8
    resumed.train(quiet, quiet)
    assert resumed.step == 16
    # The matrix library rounds the last bit by where its buffers happen to lie, so bits are not compared.
    for ours, theirs in zip(metrics(tmp_path / "killed"), metrics(tmp_path / "straight"), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-4)
    assert apart(resumed, straight) < 1e-4


def test_the_curriculums_book_is_taken_up_again(tmp_path: Path, words: Any) -> None:
    run = small.run(small.config(**IMITATION), words, tmp_path)
    run._mixture.learned("pixels/click-button", True)
    run.save()
    assert small.run(small.config(**IMITATION), words, tmp_path)._mixture.accuracy == {
        "pixels/click-button": pytest.approx(0.05)
    }


def test_a_line_of_metrics_that_was_cut_short_is_forgotten(tmp_path: Path, words: Any) -> None:
    settings = small.config(steps=8)
    small.run(settings, words, tmp_path).train(quiet, quiet)
    with (tmp_path / METRICS).open("a") as log:
        log.write('{"step": 9, "lo')
    small.run(settings, words, tmp_path)
    assert [row["step"] for row in metrics(tmp_path)] == list(range(1, 9))


def test_a_finished_run_still_hands_out_its_checkpoint(tmp_path: Path, words: Any) -> None:
    settings = small.config(steps=8)
    small.run(settings, words, tmp_path).train(quiet, quiet)
    heard: list[int] = []
    small.run(settings, words, tmp_path).train(quiet, heard.append)
    assert heard == [8]
    assert len(metrics(tmp_path)) == 8


def test_a_folder_of_another_run_is_refused_by_the_names_of_its_settings(tmp_path: Path, words: Any) -> None:
    small.run(small.config(steps=8), words, tmp_path).train(quiet, quiet)
    with pytest.raises(TrainerError, match=r"other settings \(peak_lr, seed\)"):
        small.run(small.config(steps=8, peak_lr=0.5, seed=3), words, tmp_path)
    small.run(small.config(steps=8, save_steps=160), words, tmp_path)


def test_settings_that_came_later_do_not_stop_an_old_run(tmp_path: Path, words: Any) -> None:
    small.run(small.config(steps=8), words, tmp_path).train(quiet, quiet)
    state = torch.load(tmp_path / STATE, weights_only=True)
    settings = json.loads(state["config"])
    del settings["clip"]
    del settings["mix"]["copying"]
    torch.save({**state, "config": json.dumps(settings)}, tmp_path / STATE)
    assert small.run(small.config(steps=8), words, tmp_path).step == 8


def test_a_damaged_state_is_one_clear_line(tmp_path: Path, words: Any) -> None:
    (tmp_path / STATE).write_bytes(b"PK\x03\x04 not a checkpoint")
    with pytest.raises(TrainerError, match=r"state\.pt cannot be read: choose another --out"):
        small.run(small.config(), words, tmp_path)


def test_the_weights_that_are_exported_are_the_models_own(tmp_path: Path, words: Any) -> None:
    run = small.run(small.config(), words, tmp_path)
    weights = run.weights()
    own = run.model.state_dict()
    assert set(own) - set(weights) <= {"lm_head.weight"}
    assert all(torch.equal(tensor, own[name]) for name, tensor in weights.items())


def test_five_steps_give_the_losses_that_they_gave_before(tmp_path: Path, words: Any) -> None:
    settings = small.config(steps=5, weights={"letters": 0.01})
    small.run(settings, words, tmp_path).train(quiet, quiet)
    losses = [row["loss"] for row in metrics(tmp_path)]
    assert losses == pytest.approx(GOLDEN, abs=1e-3)


GOLDEN = [28.8684, 28.1905, 28.0806, 27.2365, 27.0056]
"""In fp32 on a CPU, torch 2.13. The letters count little, since their hundreds of nats would drown the rest."""


def test_what_is_learned_is_learned(tmp_path: Path, words: Any) -> None:
    settings = small.config(**IMITATION | {"steps": 40, "peak_lr": 5e-3, "save_steps": 40})
    small.run(settings, words, tmp_path).train(quiet, quiet)
    answers = [row["pixels/answer"] for row in metrics(tmp_path) if "pixels/answer" in row]
    assert sum(answers[-5:]) < 0.7 * sum(answers[:5])


def test_the_learning_rate_warms_up_and_follows_a_cosine_to_its_last_share() -> None:
    settings = small.config(steps=110, warmup_steps=10, peak_lr=1.0, final_lr_share=0.2)
    rates = [learning_rate(settings, step) for step in range(111)]
    assert rates[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert rates[10] == pytest.approx(1.0)
    assert rates[60] == pytest.approx(0.6)
    assert rates[110] == pytest.approx(0.2)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[35] == pytest.approx(0.2 + 0.8 * 0.5 * (1 + math.cos(math.pi / 4)))


def test_a_gradient_that_is_not_a_number_stops_the_run_in_one_line(tmp_path: Path, words: Any) -> None:
    run = small.run(small.config(), words, tmp_path)
    with torch.no_grad():
        run.model.model.visual.merger.linear_fc2.weight.fill_(math.nan)
    with pytest.raises(TrainerError, match="lower peak_lr and resume"):
        run.train(quiet, quiet)


def test_heads_go_on_from_another_run_and_the_model_does_not(tmp_path: Path, words: Any) -> None:
    first = small.run(small.config(steps=8), words, tmp_path / "first")
    first.train(quiet, quiet)
    then = small.run(small.config(steps=8, heads_from=tmp_path / "first"), words, tmp_path / "then")
    fresh = small.run(small.config(steps=8), words, tmp_path / "fresh")
    head = "heads.target.weight"
    learned, taken, random = (run._learner.state_dict() for run in (first, then, fresh))
    assert torch.equal(taken[head], learned[head])
    assert not torch.equal(random[head], learned[head])
    for name, tensor in random.items():
        if not name.startswith("heads."):
            assert torch.equal(taken[name], tensor), name


def test_heads_from_a_folder_without_a_run_is_one_clear_line(tmp_path: Path, words: Any) -> None:
    with pytest.raises(TrainerError, match=r"nothing/state\.pt cannot be read: choose another heads_from"):
        small.run(small.config(heads_from=tmp_path / "nothing"), words, tmp_path / "run")
