"""The chat as a LangGraph graph.

    START → ingest → safety_in ─→ decide ─┬→ media ──┐
                         │          ↑     ├→ describe ┤
                         │          │     ├→ open_browser → browse
                         │          │     ├→ play ────┤
                         │          └─────┼───────────┘  (once no call waits)
                         └→ verify ←──────┘ → respond → END

`media` is a sub-graph of its own (`agent.chat.media`), `browse` runs the GUI agent's graph inside this one, so
that its questions pause the conversation. Nodes stream custom events, plain JSON with a `type`;
`agent.chat.session` stamps them.
"""

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agent.chat.browse import browse, open_browser
from agent.chat.citations import Sieve, cited, verified
from agent.chat.deciders import Situation
from agent.chat.describe import describe
from agent.chat.media import build_media
from agent.chat.play import play
from agent.chat.state import ChatInput, ChatState, Ctx, pictures_of, result
from agent.chat.tools import tool_named
from generators.image.safety import refusal

MOST_ROUNDS = 6
"""So often somebody decides in one turn; then the turn ends with what there is."""
TOO_LONG = "I stopped here: this took too many steps."
STOPPED = "(stopped before the end)"
ChatGraph = CompiledStateGraph[ChatState, Ctx, ChatInput, ChatState]


def build(checkpointer: BaseCheckpointSaver[Any] | None = None) -> ChatGraph:
    """The compiled graph; run it with `context=Ctx(...)` and a `ChatInput`."""
    builder = StateGraph(ChatState, context_schema=Ctx, input_schema=ChatInput)
    for node in (safety_in, decide, describe, open_browser, browse, play, verify, respond):
        builder.add_node(node.__name__, node)
    builder.add_node("ingest", ingest, input_schema=_Ingested)
    builder.add_node("media", build_media())
    builder.add_edge(START, "ingest")
    builder.add_edge("ingest", "safety_in")
    builder.add_conditional_edges("safety_in", _unless_answered, ["decide", "verify"])
    tools = ["media", "describe", "open_browser", "play"]
    builder.add_conditional_edges("decide", _next_call, [*tools, "decide", "verify"])
    for tool in ("media", "describe", "browse", "play"):
        builder.add_conditional_edges(tool, _after_tool, [*tools, "decide"])
    builder.add_conditional_edges("open_browser", _after_opening, ["browse", *tools, "decide"])
    builder.add_edge("verify", "respond")
    builder.add_edge("respond", END)
    return builder.compile(checkpointer=checkpointer)


class _Ingested(ChatState, total=False):
    attached: list[str]


async def ingest(state: _Ingested, runtime: Runtime[Ctx]) -> ChatState:
    """Take in what the person said, and close a turn that was cut off."""
    turn = state.get("turn", 0) + 1
    attached = [
        each for each in state.get("attached", []) if runtime.context.store.find(each, runtime.context.user)
    ]
    before = state.get("messages", [])
    said = [_message("assistant", STOPPED, [], turn - 1)] if before and before[-1]["role"] == "user" else []
    change = ChatState(
        messages=[*said, _message("user", state["request"], attached, turn)], artifacts=attached, turn=turn,
        rounds=0, pending=[], results=[], draft="", browsing="", card={},
    )  # fmt: skip
    if attached:
        change["focus"] = attached[-1]
    return change


async def safety_in(state: ChatState, runtime: Runtime[Ctx]) -> ChatState:
    """Answer at once what nobody should draw; the drawing itself checks its own prompt again."""
    kind = refusal(state["request"])
    if not kind:
        return ChatState(draft="")
    text = f"I do not draw or look for this ({kind})."
    runtime.stream_writer({"type": "token", "text": text})
    return ChatState(draft=text)


async def decide(state: ChatState, runtime: Runtime[Ctx]) -> ChatState:
    """Let the decider choose words or calls; its words are streamed, without calls and invented pictures."""
    ctx = runtime.context
    sieve = Sieve(frozenset(state.get("artifacts", [])))

    def say(piece: str) -> None:
        if shown := sieve.feed(piece):
            runtime.stream_writer({"type": "token", "text": shown})

    situation = Situation(
        state["messages"],
        pictures_of(state.get("artifacts", []), ctx.store),
        state.get("focus", ""),
        state["results"],
        lambda artifact: ctx.store.file(ctx.store.get(artifact, ctx.user)).read_bytes(),
    )
    reply = await ctx.decider.decide(situation, say)
    if left := sieve.end():
        runtime.stream_writer({"type": "token", "text": left})
    rounds = state["rounds"] + 1
    change = ChatState(rounds=rounds, pending=[call.plain() for call in reply.calls], draft=reply.text)
    if reply.errors:
        wrong = [result("tool call", error, failed=True) for error in reply.errors]
        change["results"] = [*state["results"], *wrong]
    if rounds >= MOST_ROUNDS and (reply.calls or reply.errors):
        change |= ChatState(pending=[], draft="\n".join(part for part in (reply.text, TOO_LONG) if part))
        runtime.stream_writer({"type": "token", "text": TOO_LONG})
    return change


async def verify(state: ChatState, runtime: Runtime[Ctx]) -> ChatState:
    """Take out of the answer every picture that does not exist; what is said to exist does, as a file."""
    ctx = runtime.context
    there = {
        artifact
        for artifact in state.get("artifacts", [])
        if (found := ctx.store.find(artifact, ctx.user)) is not None and ctx.store.file(found).is_file()
    }
    text, missing = verified(state["draft"], there)
    if missing:
        runtime.stream_writer(
            {"type": "note", "text": f"{len(missing)} pictures that do not exist were not named"}
        )
    return ChatState(draft=text.strip())


async def respond(state: ChatState, runtime: Runtime[Ctx]) -> ChatState:
    """End the turn with the answer; pictures that it made and did not name are named beside it."""
    made = [artifact for each in state["results"] for artifact in each["artifacts"]]
    named = list(dict.fromkeys([*cited(state["draft"]), *made]))
    return ChatState(
        messages=[_message("assistant", state["draft"], named, state["turn"])], pending=[], results=[]
    )


def _message(role: str, text: str, artifacts: list[str], turn: int) -> dict[str, Any]:
    return {"role": role, "text": text, "artifacts": artifacts, "turn": turn}


def _unless_answered(state: ChatState) -> str:
    return "verify" if state["draft"] else "decide"


def _next_call(state: ChatState) -> str:
    if state["pending"]:
        return _node_of(state["pending"][0])
    # A call that could not be read goes back to the one who wrote it.
    last = state["results"][-1:] if state["rounds"] < MOST_ROUNDS else []
    return "decide" if last and last[0]["tool"] == "tool call" and not state["draft"] else "verify"


def _after_tool(state: ChatState) -> str:
    return _node_of(state["pending"][0]) if state["pending"] else "decide"


def _after_opening(state: ChatState) -> str:
    return "browse" if state["browsing"] else _after_tool(state)


def _node_of(call: dict[str, Any]) -> str:
    node = tool_named(call["name"]).node
    return "open_browser" if node == "browse" else node
