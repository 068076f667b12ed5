"""Evaluates players of games: a suite, an agent, seeds, baselines beside it, and a report that can be trusted.

`evaluate` goes from a configuration to the published files, `summary` makes the scores, `compare` sets two
results against each other.
"""
