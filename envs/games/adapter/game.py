"""One game in play: any environment behind named moves, pictures and texts."""

import copy
from collections import deque
from typing import Any, Self

import gymnasium

from envs.browser.actions import Click
from envs.games.adapter.actions import GameAction, Hold, Press, Say
from envs.games.adapter.errors import GameNotInstalled, GameUnsupported, IllegalAction
from envs.games.adapter.family import Env, Family, Info
from envs.games.adapter.frames import is_picture, png, scaled, written
from envs.games.adapter.moves import Move
from envs.games.adapter.registry import registered
from envs.games.adapter.view import View

SIZE_PX = 160


class Game:
    """An environment that is played by naming moves. `make` makes one, `start` begins an episode."""

    def __init__(
        self,
        env_id: str,
        env: Env,
        family: Family,
        *,
        size_px: int = SIZE_PX,
        history: int = 0,
        drawn: bool = True,
    ) -> None:
        """Use `make` instead, which finds the family."""
        self.env_id = env_id
        self.env = env
        self.family = family
        self.title = family.title(env)
        self.help = family.help(env)
        self.moves: tuple[Move, ...] = family.moves(env)
        self._size_px = size_px
        self._by_name = {move.name: move for move in self.moves}
        self._past: deque[bytes] = deque(maxlen=history)
        self._earned = 0.0
        self._steps = 0
        self._view: View | None = None
        self._drawn = drawn

    @classmethod
    def make(cls, env_id: str, *, size_px: int = SIZE_PX, history: int = 0, drawn: bool = True) -> Self:
        """The game `env_id`, its pictures at most `size_px` on the longer side; raises `GameError`.

        `history` is how many past pictures a view brings. With `drawn` false only an episode's first picture is
        made, for players that look at none.
        """
        family = registered(env_id)
        try:
            env = family.make(env_id, size_px)
        # Environments that come with Gymnasium import what they need when they are made, and say it in either way.
        except (gymnasium.error.DependencyNotInstalled, ImportError) as missing:
            raise GameNotInstalled(f"{env_id}: {' '.join(str(missing).split())}") from None
        try:
            return cls(env_id, env, family, size_px=size_px, history=history, drawn=drawn)
        except GameUnsupported:
            env.close()
            raise

    @property
    def view(self) -> View:
        """The game as it is now; raises `gymnasium.error.ResetNeeded` before `start`."""
        if self._view is None:
            raise gymnasium.error.ResetNeeded(f"{self.env_id} was not started")
        return self._view

    @property
    def started(self) -> bool:
        """Whether an episode was begun."""
        return self._view is not None

    @property
    def fallback(self) -> str:
        """The move that stands in for an invalid action; empty where the game is then left alone."""
        return next((name for name in self.family.idle if name in self._by_name), "")

    @property
    def holds(self) -> bool:
        """Whether holding a key makes sense in this game."""
        return self.family.hold

    @property
    def takes_text(self) -> bool:
        """Whether anything may be said to the game, beyond its legal moves."""
        return self.family.free_text

    @property
    def clickable(self) -> bool:
        """Whether a click on the picture can mean a move."""
        return self.family.clickable(self.env)

    def start(self, seed: int) -> View:
        """Begin the episode that `seed` determines."""
        observation, info = self.env.reset(seed=seed)
        self._past.clear()
        self._earned, self._steps, self._view = 0.0, 0, None
        return self._seen(observation, info, 0.0, False, False)

    def move_of(self, action: GameAction) -> str:
        """The name of the move, or the text, that `action` means now; `IllegalAction` where there is none."""
        match action:
            case Say(text=text):
                if not self.takes_text and text not in self.view.legal:
                    raise IllegalAction(f"{self.title} takes no free text")
                return text
            case Click(point=point):
                index = self.family.place(self.env, point.x, point.y)
                if index is None:
                    raise IllegalAction(f"there is nothing to play at ({point.x:.2f}, {point.y:.2f})")
                name = self.moves[index].name
            case Press() | Hold():
                name = action.key
        if name not in self.view.legal:
            why = "is not possible now" if name in self._by_name else "is no move of this game"
            raise IllegalAction(f"{name[:80]!r} {why}")
        return name

    def act(self, action: GameAction) -> View:
        """Play `action`; raises `IllegalAction`, and plays nothing, where it is no legal move."""
        return self.play(self.move_of(action), action.times if isinstance(action, Hold) else 1)

    def play(self, name: str, times: int = 1) -> View:
        """Make the move `name` up to `times` times, until the game is over; what is no name is said as text."""
        value = self._by_name[name].value if name in self._by_name else name
        total = 0.0
        for _ in range(times):
            observation, reward, terminated, truncated, info = self.env.step(value)
            total += float(reward)
            self._steps += 1
            if terminated or truncated:
                break
        self._earned += total
        return self._seen(observation, info, total, bool(terminated), bool(truncated))

    def clone(self, dice: int) -> "Game":
        """An independent copy to try moves in, whose chance comes from `dice` and not from what is in store here.

        Its views keep the picture of the moment it was made: nobody looks at them, and drawing takes time.
        Raises `GameUnsupported` where the environment cannot be copied.
        """
        inner: Any = self.env.unwrapped
        # Windows and surfaces cannot be copied, and a copy draws nothing.
        memo = {id(part): None for name in ("screen", "surf", "clock", "window") if (part := _part(inner, name))}
        try:
            env = copy.deepcopy(self.env, memo)
        except Exception as error:
            raise GameUnsupported(f"{self.env_id} cannot be copied to plan in ({type(error).__name__})") from None
        twin = Game(self.env_id, env, self.family, size_px=self._size_px, drawn=False)
        twin._view, twin._earned, twin._steps = self._view, self._earned, self._steps
        self.family.set_apart(env, dice)
        return twin

    def close(self) -> None:
        self.env.close()

    def _seen(self, observation: Any, info: Info, reward: float, terminated: bool, truncated: bool) -> View:
        family, env, before = self.family, self.env, self._view
        text = family.text(env, observation, info)
        if before is not None:
            self._past.append(before.screenshot)
        if before is not None and not self._drawn:
            screenshot, size, pictured = before.screenshot, before.size, before.pictured
        else:
            picture = self._picture(observation)
            image = scaled(picture, self._size_px) if picture is not None else written(text)
            screenshot, size, pictured = png(image), image.size, picture is not None
        self._view = View(
            screenshot=screenshot,
            size=size,
            pictured=pictured,
            text=text,
            mission=family.mission(env, observation, info),
            legal=family.legal(env, self.moves, info),
            url=self.env_id,
            title=self.title,
            history=tuple(self._past),
            reward=reward,
            earned=self._earned,
            progress=family.progress(env, info, self._earned),
            solved=family.solved(env, info, self._earned),
            terminated=terminated,
            truncated=truncated,
            env_steps=self._steps,
        )
        return self._view

    def _picture(self, observation: Any) -> Any:
        """RGB, uint8 `[height, width, 3]`; None for a game of text."""
        if is_picture(observation):
            return observation
        return self.env.render() if self.env.render_mode == "rgb_array" else None


def _part(inner: Any, name: str) -> Any:
    return getattr(inner, name, None)
