"""What the router learns from: prompts out of the worlds, drawn by every expert and scored by the worlds' readers.

The result is one file, the score matrix, whose format `generators.router.matrix` states.
"""
