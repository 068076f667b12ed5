"""What random play and a professional games tester reach on the 57 usual Atari games, as published.

Scores are sums of rewards over episodes of at most 108,000 frames that begin with 1 to 30 idle steps: Wang et al.
2016 (arXiv 1511.06581, appendix), most of them first in Mnih et al. 2015 (Nature 518, extended data table 2); the
table is the one that DeepMind's dqn_zoo (`atari_data.py`) computes human-normalised scores with.
"""

import difflib
from typing import NamedTuple

from envs.suites.games.errors import SuiteError


class Published(NamedTuple):
    """Mean scores of one game."""

    random: float
    human: float


ATARI = {
    "Alien": Published(227.8, 7127.7),
    "Amidar": Published(5.8, 1719.5),
    "Assault": Published(222.4, 742.0),
    "Asterix": Published(210.0, 8503.3),
    "Asteroids": Published(719.1, 47388.7),
    "Atlantis": Published(12850.0, 29028.1),
    "BankHeist": Published(14.2, 753.1),
    "BattleZone": Published(2360.0, 37187.5),
    "BeamRider": Published(363.9, 16926.5),
    "Berzerk": Published(123.7, 2630.4),
    "Bowling": Published(23.1, 160.7),
    "Boxing": Published(0.1, 12.1),
    "Breakout": Published(1.7, 30.5),
    "Centipede": Published(2090.9, 12017.0),
    "ChopperCommand": Published(811.0, 7387.8),
    "CrazyClimber": Published(10780.5, 35829.4),
    "Defender": Published(2874.5, 18688.9),
    "DemonAttack": Published(152.1, 1971.0),
    "DoubleDunk": Published(-18.6, -16.4),
    "Enduro": Published(0.0, 860.5),
    "FishingDerby": Published(-91.7, -38.7),
    "Freeway": Published(0.0, 29.6),
    "Frostbite": Published(65.2, 4334.7),
    "Gopher": Published(257.6, 2412.5),
    "Gravitar": Published(173.0, 3351.4),
    "Hero": Published(1027.0, 30826.4),
    "IceHockey": Published(-11.2, 0.9),
    "Jamesbond": Published(29.0, 302.8),
    "Kangaroo": Published(52.0, 3035.0),
    "Krull": Published(1598.0, 2665.5),
    "KungFuMaster": Published(258.5, 22736.3),
    "MontezumaRevenge": Published(0.0, 4753.3),
    "MsPacman": Published(307.3, 6951.6),
    "NameThisGame": Published(2292.3, 8049.0),
    "Phoenix": Published(761.4, 7242.6),
    "Pitfall": Published(-229.4, 6463.7),
    "Pong": Published(-20.7, 14.6),
    "PrivateEye": Published(24.9, 69571.3),
    "Qbert": Published(163.9, 13455.0),
    "Riverraid": Published(1338.5, 17118.0),
    "RoadRunner": Published(11.5, 7845.0),
    "Robotank": Published(2.2, 11.9),
    "Seaquest": Published(68.4, 42054.7),
    "Skiing": Published(-17098.1, -4336.9),
    "Solaris": Published(1236.3, 12326.7),
    "SpaceInvaders": Published(148.0, 1668.7),
    "StarGunner": Published(664.0, 10250.0),
    "Surround": Published(-10.0, 6.5),
    "Tennis": Published(-23.8, -8.3),
    "TimePilot": Published(3568.0, 5229.2),
    "Tutankham": Published(11.4, 167.6),
    "UpNDown": Published(533.4, 11693.2),
    "Venture": Published(0.0, 1187.5),
    "VideoPinball": Published(16256.9, 17667.9),
    "WizardOfWor": Published(563.5, 4756.5),
    "YarsRevenge": Published(3092.9, 54576.9),
    "Zaxxon": Published(32.5, 9173.3),
}
"""By the name in `ALE/NAME-v5`."""


def published(env_id: str) -> Published:
    """The published scores of an `ALE/NAME-v5`; raises `SuiteError` where there are none."""
    name = env_id.removeprefix("ALE/").removesuffix("-v5")
    if env_id.startswith("ALE/") and name in ATARI:
        return ATARI[name]
    near = difflib.get_close_matches(name, ATARI, n=1, cutoff=0.0)[0]
    raise SuiteError(
        f"no score of a person is published for {env_id}; the nearest game that has one is ALE/{near}-v5: "
        "give its reference as a number"
    )
