"""Games to be played and scored, each a `gymnasium.Env`.

`lookalikes` holds our own small games.
"""
