"""How scores are made here: a manifest that is fixed before the run, and an interval beside every mean.

A run that crashes or runs out of time scores zero and is counted; nothing is ever dropped from a mean.
"""

from envs.protocol.aggregates import interquartile_mean, iqm_interval, optimality_gap, pooled_iqm
from envs.protocol.budget_curve import BudgetCurve, budget_curve, round_budgets
from envs.protocol.comparison import improvement_interval, paired_differences, probability_of_improvement
from envs.protocol.errors import ProtocolError
from envs.protocol.intervals import Interval, bootstrap_interval, mean, stratified_interval, wilson_interval
from envs.protocol.manifest import Budgets, Manifest, SeedRange
from envs.protocol.normalised import normalised
from envs.protocol.profiles import Profile, performance_profile

__all__ = [
    "BudgetCurve",
    "Budgets",
    "Interval",
    "Manifest",
    "Profile",
    "ProtocolError",
    "SeedRange",
    "bootstrap_interval",
    "budget_curve",
    "improvement_interval",
    "interquartile_mean",
    "iqm_interval",
    "mean",
    "normalised",
    "optimality_gap",
    "paired_differences",
    "performance_profile",
    "pooled_iqm",
    "probability_of_improvement",
    "round_budgets",
    "stratified_interval",
    "wilson_interval",
]
