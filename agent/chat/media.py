"""Pictures as a sub-graph of the chat: parse → route → submit → draw → publish → (compare).

    START → parse ─→ route ─→ submit → draw → publish ─┬→ compare → END
              └→ END (refused)   └→ END (refused)      └→ END

`submit` ends with the jobs' ids in the checkpoint, so that a process that dies in `draw` finds its jobs again
instead of ordering the picture twice. Where the router is in doubt both drafts are drawn, and `compare` pauses
the graph to ask which is better: the answer is the vote that teaches most.
"""

import asyncio
import base64
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agent.chat.artifacts import Artifact
from agent.chat.citations import cite
from agent.chat.errors import ChatError
from agent.chat.plan import Plan, planned
from agent.chat.state import Ctx, PairAnswer, pictures_of, result
from agent.chat.tools import arguments_of
from generators.errors import GeneratorError
from generators.image.request import LARGEST_SEED
from generators.jobs import Ended, Job, Preview, Progress, Queued
from generators.router.errors import RouterError

REFUSALS = (ChatError, GeneratorError, RouterError)
"""What a person or a model can mend: it becomes the tool's result."""


class MediaState(TypedDict, total=False):
    """The keys that it shares with the chat's state, and its own."""

    turn: int
    artifacts: list[str]
    focus: str
    pending: list[dict[str, Any]]
    results: list[dict[str, Any]]
    card: dict[str, Any]
    plan: dict[str, Any]
    drafts: list[dict[str, Any]]
    """One for each picture: `request` for the job, and `arm`."""
    decision: int
    pair: bool
    jobs: list[str]
    made: list[str]


class MediaOut(TypedDict, total=False):
    """What the chat gets back."""

    artifacts: list[str]
    focus: str
    pending: list[dict[str, Any]]
    results: list[dict[str, Any]]
    card: dict[str, Any]


MediaGraph = CompiledStateGraph[MediaState, Ctx, MediaState, MediaOut]


def build_media() -> MediaGraph:
    """The compiled sub-graph; its checkpoints are the chat's."""
    builder = StateGraph(MediaState, context_schema=Ctx, output_schema=MediaOut)
    for node in (parse, route, submit, draw, publish, compare):
        builder.add_node(node.__name__, node)
    builder.add_edge(START, "parse")
    builder.add_conditional_edges("parse", _if_set("plan", "route"), ["route", END])
    builder.add_conditional_edges("route", _if_set("drafts", "submit"), ["submit", END])
    builder.add_conditional_edges("submit", _if_set("jobs", "draw"), ["draw", END])
    builder.add_conditional_edges("draw", _if_set("made", "publish"), ["publish", END])
    builder.add_conditional_edges("publish", _if_set("pair", "compare"), ["compare", END])
    builder.add_edge("compare", END)
    return builder.compile()


async def parse(state: MediaState, runtime: Runtime[Ctx]) -> MediaState:
    """Read what is to be drawn, from which earlier picture, at which size; nothing is drawn yet."""
    ctx, call = runtime.context, state["pending"][0]
    try:
        arguments = arguments_of(call["name"], call["arguments"])
        pictures = pictures_of(state.get("artifacts", []), ctx.store)
        plan = planned(arguments, pictures, state.get("focus") or None, ctx.store)
    except REFUSALS as error:
        return _refused(state, error)
    return MediaState(plan=plan.model_dump(mode="json"))


async def route(state: MediaState, runtime: Runtime[Ctx]) -> MediaState:
    """Choose who draws, where the plan leaves it open."""
    ctx, plan = runtime.context, Plan.model_validate(state["plan"])
    decision, card, pair = 0, dict[str, Any](), False
    if plan.expert:
        name, _, preset = plan.expert.partition("/")
        ways = [{"expert": name, "preset": preset, "prompt": plan.parsed.content}]
    else:
        try:
            routed = await ctx.studio.route(plan.parsed, ctx.user, plan.task)
        except REFUSALS as error:
            return _refused(state, error)
        decision, card = routed.decision, routed.card
        pair = ctx.compare and len(routed.drafts) == 2 and plan.count == 1
        ways = [
            {"expert": each.expert, "preset": each.preset, "prompt": each.prompt}
            | ({"negative_prompt": each.negative} if each.negative else {})
            for each in routed.drafts[: 2 if pair else 1]
        ]
        runtime.stream_writer({"type": "route", **card})
    drafts = []
    for number in range(plan.count):
        for way in ways:
            request = {**way, **plan.request}
            # Pictures of one call differ by their noise alone; the two of a pair only by who draws.
            request["seed"] = (plan.seed + number) % (LARGEST_SEED + 1)
            if plan.variation:
                request |= {"seed": plan.seed, "variation": plan.variation}
                request["variation_seed"] = (plan.variation_seed + number) % (LARGEST_SEED + 1)
            drafts.append(request)
    return MediaState(drafts=drafts, decision=decision, card=card, pair=pair)


async def submit(state: MediaState, runtime: Runtime[Ctx]) -> MediaState:
    """Order the pictures. Either all jobs are in the journal, or none goes on."""
    ctx = runtime.context
    jobs: list[Job] = []
    try:
        for draft in state["drafts"]:
            jobs.append(await ctx.studio.submit(ctx.user, draft, _inputs(state, ctx)))
    except REFUSALS as error:
        for job in jobs:
            await ctx.studio.cancel(job.id, ctx.user)
        return _refused(state, error)
    return MediaState(jobs=[job.id for job in jobs])


async def draw(state: MediaState, runtime: Runtime[Ctx]) -> MediaState:
    """Wait for the jobs and tell of their steps. Cancelled, it cancels them, and nothing of them is left."""
    ctx, jobs, done = runtime.context, list(state["jobs"]), []
    try:
        for number, draft in enumerate(state["drafts"]):
            ended = await _ended(jobs[number], runtime)
            if ended.status == "failed" and ended.retryable:
                # The process that was drawing it died: the same request once more.
                jobs[number] = (await ctx.studio.submit(ctx.user, draft, _inputs(state, ctx))).id
                ended = await _ended(jobs[number], runtime)
            if ended.status != "done":
                raise ChatError(ended.error or "the drawing was cancelled")
            done.append(ended.id)
    except asyncio.CancelledError:
        for job in jobs:
            await asyncio.shield(ctx.studio.cancel(job, ctx.user))
        raise
    except REFUSALS as error:
        for job in jobs:
            await ctx.studio.cancel(job, ctx.user)
        return _refused(state, error)
    return MediaState(made=done)


async def publish(state: MediaState, runtime: Runtime[Ctx]) -> MediaState:
    """Put the pictures into the store; from here on they exist. Done twice it changes nothing."""
    ctx, plan = runtime.context, Plan.model_validate(state["plan"])
    for number, name in enumerate(state["made"]):
        job = await _job(name, ctx)
        asked = job.request
        artifact = ctx.store.put(
            ctx.studio.file(job).read_bytes(),
            Artifact(
                id=job.id, sha256="", user=ctx.user, thread=ctx.thread, turn=state["turn"], parent=plan.parent,
                words=plan.parsed.content, arm=f"{asked['expert']}/{asked['preset']}",
                decision=state["decision"], recipe=job.facts.get("recipe", {}),
            ),
        )  # fmt: skip
        if artifact.decision:
            await ctx.studio.made(artifact, job)
        runtime.stream_writer(
            {
                "type": "artifact",
                "id": artifact.id,
                "words": artifact.words,
                "arm": artifact.arm,
                "parent": artifact.parent,
                "number": len(state.get("artifacts", [])) + number + 1,
            }
        )
    names = " and ".join(cite(name) for name in state["made"])
    who = ", ".join(dict.fromkeys(draft["expert"] for draft in state["drafts"]))
    text = f"drawn by {who}: {names}, {plan.parsed.content!r}"
    return MediaState(
        artifacts=[*state.get("artifacts", []), *state["made"]],
        focus=state["made"][-1],
        results=[*state.get("results", []), result(_tool(state), text, state["made"])],
        pending=state["pending"] if state["pair"] else state["pending"][1:],
    )


async def compare(state: MediaState, runtime: Runtime[Ctx]) -> MediaState:
    """Ask which of two drafts is better, and tell the router; runs again from its first line when answered."""
    ctx, (first, second) = runtime.context, state["made"]
    reply = interrupt(
        {
            "type": "pair",
            "a": first,
            "b": second,
            "text": "I was not sure who draws this best: which of the two is better, a, b or neither?",
        },
        response_schema=PairAnswer,
    )
    answer = PairAnswer.model_validate(reply)
    if answer.choice != "neither":
        await ctx.studio.vote(ctx.user, first, 1 if answer.choice == "a" else -1, second)
    chosen = second if answer.choice == "b" else first
    last = state["results"][-1]
    said = {"a": "the first was chosen", "b": "the second was chosen", "neither": "neither was liked"}
    last = {**last, "text": f"{last['text']}; {said[answer.choice]}"}
    return MediaState(focus=chosen, results=[*state["results"][:-1], last], pending=state["pending"][1:])


async def _ended(job: str, runtime: Runtime[Ctx]) -> Job:
    ctx, tell = runtime.context, runtime.stream_writer
    async for event in ctx.studio.follow(job, ctx.user):
        match event:
            case Queued(position):
                tell({"type": "queue", "job": job, "pos": position})
            case Progress(step, of, eta_s):
                tell({"type": "progress", "job": job, "step": step, "of": of, "eta_ms": round(eta_s * 1000)})
            case Preview(webp):
                tell({"type": "preview", "job": job, "webp": base64.b64encode(webp).decode("ascii")})
            case Ended(ended):
                return ended
    raise AssertionError("a followed job ends with its end")


async def _job(name: str, ctx: Ctx) -> Job:
    async for event in ctx.studio.follow(name, ctx.user):
        if isinstance(event, Ended):
            return event.job
    raise AssertionError("a followed job ends with its end")


def _inputs(state: MediaState, ctx: Ctx) -> dict[str, bytes]:
    plan = Plan.model_validate(state["plan"])
    if plan.task == "text":
        return {}
    return {"image": ctx.store.file(ctx.store.get(plan.parent, ctx.user)).read_bytes()}


def _refused(state: MediaState, error: Exception) -> MediaState:
    refusal = result(_tool(state), str(error), failed=True)
    return MediaState(results=[*state.get("results", []), refusal], pending=state["pending"][1:])


def _tool(state: MediaState) -> str:
    return str(state["pending"][0]["name"])


def _if_set(key: str, following: str) -> Any:
    def after(state: MediaState) -> str:
        return following if state.get(key) else END

    return after
