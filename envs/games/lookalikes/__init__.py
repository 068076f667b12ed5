"""Our own small games, in the manner of those in Seed1.5-VL's table of games (arXiv 2505.07062).

Each is written once, as a `Game`, and has two faces: `env` for Gymnasium and `page` for a browser. Importing this
package registers every game as `seedbed/NAME-v1`.
"""

import gymnasium

from envs.games.lookalikes.registry import GAMES, env_id

for _name in GAMES:
    gymnasium.register(
        id=env_id(_name),
        entry_point="envs.games.lookalikes.env:LookalikeEnv",
        kwargs={"game": _name},
    )
