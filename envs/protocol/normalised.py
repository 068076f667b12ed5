"""Scores of different games on one scale: 0 is what random play reaches, 1 what the reference reaches."""

from envs.protocol.errors import ProtocolError


def normalised(score: float, low: float, high: float) -> float:
    """`(score - low) / (high - low)`: `low` is random play's mean, `high` the oracle's or the human's.

    Neither end is clipped: below 0 is worse than random, above 1 better than the reference. Raises `ProtocolError`
    where the reference is not above random play, because then the game measures nothing.
    """
    if not high > low:
        raise ProtocolError(f"the reference reaches {high:g}, random play {low:g}: such a game measures nothing")
    return (score - low) / (high - low)
