"""How a model says an action in a game: a closed set of verbs whose keys are the moves that are legal now.

    Action: press(key='left')
    Action: hold(key='right', times=4)
    Action: click(point='<point>512 230</point>')
    Action: say(text='open the door')

No wire format needs to know a game: verbs that a family does not have are worded in its manner under these names.
"""

from agent.games.turn import Turn
from envs.games.adapter.actions import MAX_HOLD
from envs.games.adapter.moves import speakable
from vlm.formats import Verb


def verbs_of(turn: Turn, *, simple: bool = False) -> tuple[Verb, ...]:
    """The verbs that fit `turn`; `simple` leaves out holding, for models that were never shown it.

    After a planner only the moves that it left can be named.
    """
    names = "|".join(name for name in turn.choices if speakable(name))
    verbs = []
    if names:
        verbs.append(Verb("press", {"key": names}, "Make this move once."))
        if turn.holds and not simple:
            text = f"Make this move on 1 to {MAX_HOLD} steps, one after the other."
            verbs.append(Verb("hold", {"key": names, "times": "integer"}, text))
    if turn.clickable and turn.view.pictured and not turn.shortlist:
        verbs.append(Verb("click", {"point": "point"}, "Make the move that belongs to this place of the picture."))
    if turn.takes_text:
        verbs.append(Verb("say", {"text": "text"}, "Type a line of text into the game."))
    return tuple(verbs)
