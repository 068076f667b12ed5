"""Turns any `gymnasium.Env` into a game that is played by naming a move and seen as a picture and a text.

`game` holds one game in play; `registry` says which `families` know which ids, and what to call their moves.
"""
