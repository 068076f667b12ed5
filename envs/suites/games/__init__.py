"""Suites of games, each a TOML file: which games, with which budgets, against which reference.

`suite` reads one, by its name here or from a file; `human` holds what people reach on Atari games.
"""
