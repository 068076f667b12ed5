"""Which expert draws a request: read it, weigh every arm (expert and preset), choose, say why, learn from votes.

The four steps of DiffusionGPT (arXiv 2401.10061) with a model of every arm's quality in place of counted votes.
"""
