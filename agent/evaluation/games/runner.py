"""Plays what is left of an evaluation of games, several at once in one process."""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial

from agent.budgets import Budgets
from agent.evaluation.crew import Book, Piece, share_out
from agent.evaluation.games.constant import UNSEEN_PX
from agent.evaluation.games.keeper import Keeper
from agent.evaluation.games.players import GamePlayer
from agent.evaluation.games.results import GameLog, PlayedGame
from agent.games.config import WITH_MODEL
from agent.games.episode import Terms, play_episode
from agent.games.players import Player
from agent.games.turn import GamePolicy
from envs.games.adapter.game import Game
from envs.suites.games.suite import Suite

MAX_TOKENS = 10_000_000
"""Of one episode: no budget that a reader needs to know, but a bound to what a broken server can cost."""


async def run_games(
    log: GameLog,
    suite: Suite,
    player: GamePlayer,
    *,
    parallel: int,
    keeper: Keeper | None = None,
    on_result: Callable[[PlayedGame], None] = lambda _: None,
) -> None:
    """Play every episode of the log's manifest that has no result yet; raises the player's fatal errors.

    Whatever else goes wrong is a result that scores the floor, and the game is made anew for the next one.
    """
    worker = _Worker(log.manifest.budgets.max_steps, log.manifest.budgets.episode_timeout_s, suite, player, keeper)
    await share_out(log, worker.work, parallel=parallel, on_result=on_result)


class _Worker:
    """What every worker does; it holds nothing of its own between pieces."""

    def __init__(
        self, steps: dict[str, int], timeout_s: float, suite: Suite, player: GamePlayer, keeper: Keeper | None
    ) -> None:
        self._steps, self._timeout_s = steps, timeout_s
        self._suite, self._player, self._keeper = suite, player, keeper

    async def work(self, pieces: deque[Piece], book: Book[PlayedGame]) -> None:
        while pieces:
            await self._piece(*pieces.popleft(), book)

    async def _piece(self, env_id: str, seeds: list[int], book: Book[PlayedGame]) -> None:
        player, floor = self._player, self._suite.game(env_id).floor
        move = await player.constant.best(env_id) if player.constant else ""
        playing = player.playing(move)
        terms = Terms(
            Budgets(self._steps[env_id], MAX_TOKENS, self._timeout_s),
            timeout_s=self._timeout_s,
            memory_every=self._suite.memory_every,
            planner=playing.planner,
        )
        game: Game | None = None
        try:
            for seed in seeds:
                game = game or self._made(env_id)
                result = await play_episode(
                    game,
                    seed,
                    partial(_seated, playing, seed),
                    terms,
                    open_log=self._keeper.opener(env_id, seed) if self._keeper else None,
                    fatal=player.fatal,
                )
                played = PlayedGame.of(result, floor, move, self._keeper.id if self._keeper else "")
                if self._keeper:
                    self._keeper.end(played)
                book(played)
                if played.broken:
                    # Whatever went wrong, the next episode must not inherit it.
                    game.close()
                    game = None
                await asyncio.sleep(0)  # A scripted player never waits: let the others have their turn.
        finally:
            if game is not None:
                game.close()

    def _made(self, env_id: str) -> Game:
        # Pictures cost more than moves: they are drawn where somebody looks at them.
        looked_at = self._keeper is not None or self._player.name in WITH_MODEL
        size_px = self._suite.size_px if looked_at else UNSEEN_PX
        return Game.make(env_id, size_px=size_px, history=self._suite.history, drawn=looked_at)


def _seated(playing: Player, seed: int, game: Game) -> GamePolicy:
    return playing.policy(game, seed)
