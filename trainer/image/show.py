"""Shows an expert's training in the terminal: pictures drawn, steps with their loss, and the evaluation."""

from trainer.vlm import show
from trainer.vlm.loop import Progress


class Shown(show.Shown):
    """The bars of every training, with what an expert's steps have to tell."""

    def describe(self, progress: Progress) -> str:
        metrics = progress.metrics
        return f"loss {metrics['loss']:.4f}  {metrics['samples_per_s']:.0f} samples/s"
