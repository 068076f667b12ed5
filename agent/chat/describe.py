"""The node that looks at a picture: with a model that sees, or, honestly, by what is known of how it was made."""

from langgraph.runtime import Runtime

from agent.chat.artifacts import Artifact
from agent.chat.citations import cite
from agent.chat.references import resolve
from agent.chat.state import ChatState, Ctx, pictures_of, result
from agent.chat.tools import Describe


async def describe(state: ChatState, runtime: Runtime[Ctx]) -> ChatState:
    """Serve the first pending call."""
    ctx = runtime.context
    asked = Describe.model_validate(state["pending"][0]["arguments"])
    pictures = pictures_of(state.get("artifacts", []), ctx.store)
    meant = resolve(asked.picture, pictures, state.get("focus") or None)
    if meant.picture is None:
        text = (
            f"no picture here is {meant.said or asked.picture!r}" if pictures else "there is no picture here yet"
        )
        return _done(state, text, failed=True)
    artifact = ctx.store.get(meant.picture.id, ctx.user)
    if ctx.look is None:
        return _done(state, told(artifact), artifact.id)
    seen = await ctx.look.answer(ctx.store.file(artifact).read_bytes(), asked.question)
    return _done(state, f"{cite(artifact.id)}: {seen}", artifact.id)


def told(artifact: Artifact) -> str:
    """What is known of a picture without seeing it."""
    if not artifact.recipe:
        return f"{cite(artifact.id)} is a picture that you brought; without a model that sees I cannot look at it"
    request = artifact.recipe["request"]
    size = f"{request.get('width')}x{request.get('height')}"
    came = f", from {cite(artifact.parent)}" if artifact.parent else ""
    return (
        f"{cite(artifact.id)} was drawn by {artifact.arm} from the words {artifact.words!r}{came} "
        f"({size}, seed {request['seed']}); I know it by its recipe and have not looked at it"
    )


def _done(state: ChatState, text: str, artifact: str = "", *, failed: bool = False) -> ChatState:
    # Nothing new was made, so nothing is shown again beside the answer.
    change = ChatState(
        results=[*state["results"], result("describe", text, failed=failed)], pending=state["pending"][1:]
    )
    if artifact:
        change["focus"] = artifact
    return change
