"""What the figures have to be for the router to count as better than the one that it replaces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Gate:
    """A bound on one figure of the report."""

    figure: str
    """Its key; a dot leads into a nested object."""
    side: Literal["at least", "at most"]
    bound: float
    about: str

    def value(self, report: Mapping[str, Any]) -> float:
        """The figure."""
        found: Any = report
        for part in self.figure.split("."):
            found = found[part]
        return float(found)

    def passed(self, report: Mapping[str, Any]) -> bool:
        """Whether the figure is on the right side."""
        value = self.value(report)
        return value >= self.bound if self.side == "at least" else value <= self.bound


GATES = (
    Gate("regret_ratio_upper95", "at most", 0.6, "regret over the DiffusionGPT rule's, upper 95%"),
    Gate("gap_closed", "at least", 0.60, "gap closed on test prompts"),
    Gate("gap_closed_synonyms", "at least", 0.45, "gap closed on unseen synonyms"),
    Gate("calibration_error", "at most", 0.05, "calibration error of P(best)"),
    Gate("risk_coverage_rises", "at least", 1.0, "the surer, the better: risk rises with coverage"),
    Gate("balanced.quality_ratio", "at least", 0.99, "quality of the balanced mode over the best"),
    Gate("balanced.seconds_saved", "at least", 0.30, "seconds that the balanced mode saves"),
    Gate("new_expert.closed", "at least", 0.5, "regret of not knowing an expert, closed by scores or votes"),
    Gate("stationary_loss", "at most", 0.01, "quality lost to votes where nothing changes"),
    Gate("decision_p95_ms", "at most", 15.0, "milliseconds to read and decide, p95"),
    Gate("vlm_calls", "at most", 2.0, "calls to a language model per picture, where there is one"),
    Gate("form_accuracy", "at least", 0.95, "forms read right"),
    Gate("media_accuracy", "at least", 0.95, "requests for no picture told from the others"),
    Gate("must_keep_retention", "at least", 0.98, "must-keep terms that survive reading and extending"),
)
