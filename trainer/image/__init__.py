"""Trains the embedded image experts, each on one world's rendered pictures, and lets the world's reader judge it.

`model` builds the pipeline, `loop` trains it, `evaluate` draws held-out prompts with it, `card` says how it did.
"""
