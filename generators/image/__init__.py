"""Draws pictures: one small pipeline of our own for the embedded experts, diffusers' for all others.

A picture carries the recipe that made it, so that it can be made again, varied, repainted or enlarged.
"""
