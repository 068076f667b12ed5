"""The app's tools by the Model Context Protocol. Pictures are named by ids, never by a file or an address."""

from typing import Annotated, Any

from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from agent.app.config import AppConfig
from agent.app.desk import Desk
from agent.app.errors import ApiError, failure
from agent.app.services import Services, opened
from agent.app.studio import AUTO, Wish
from agent.app.toolruns import RunTools
from agent.chat.deciders import ModelLook
from generators.errors import GeneratorError
from generators.image.edits import VARIATION, variations
from generators.image.recipe import Recipe, recipe_in
from generators.image.recipe import opened as opened_picture
from generators.image.request import LONGEST_PROMPT
from generators.jobs import Ended, Job, Progress
from generators.router.choice import Mode
from generators.router.router import GUEST
from generators.zoo.zoo import available, load_cards
from vlm.client import VlmClient
from vlm.completion import ClientError

ABOUT = (
    "Draws pictures with small experts. A router chooses the expert unless `model` names one. Every picture has "
    "an artifact id; edit, vary, describe and vote take such an id, and no file or address. Works web pages and "
    "plays games too, with a record of every run."
)

Prompt = Annotated[str, Field(min_length=1, max_length=LONGEST_PROMPT, description="What is to be seen.")]
Model = Annotated[str, Field(max_length=200, description="`auto`, an expert, or `expert/preset`.")]
ArtifactId = Annotated[str, Field(pattern="^[0-9a-f]{16}$", description="Of a picture that was made here.")]
Seed = Annotated[int | None, Field(ge=0, le=2**32 - 1, description="The same seed gives the same picture.")]
Side = Annotated[int | None, Field(ge=8, le=4096, description="Pixels; by default the expert's.")]


def make_server(services: Services) -> MCPServer[Any]:
    """The server around open services."""
    server: MCPServer[Any] = MCPServer("seedbed", instructions=ABOUT, log_level="WARNING")
    tools, runs = _Tools(services), RunTools(services.config)
    pictures = (tools.generate_image, tools.edit_image, tools.vary, tools.describe)
    for tool in (*pictures, tools.route, tools.vote, tools.models, runs.browse, runs.play):
        server.add_tool(tool, structured_output=False)
    return server


def serve(config: AppConfig) -> None:
    """Speak over stdin and stdout until the other side closes them."""
    with opened(config) as services:
        make_server(services).run("stdio")


class _Tools:
    """What can be called; the docstrings are what a model reads."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._desk: Desk = services.studio.desk

    async def generate_image(
        self,
        prompt: Prompt,
        context: Context[Any, Any],
        model: Model = AUTO,
        quality: Mode = "balanced",
        seed: Seed = None,
        width: Side = None,
        height: Side = None,
    ) -> list[Any]:
        """Draw a picture from words."""
        return await self._drawn(
            Wish(prompt, model, mode=quality, options={"seed": seed, "width": width, "height": height}), context
        )

    async def edit_image(
        self,
        artifact_id: ArtifactId,
        prompt: Prompt,
        context: Context[Any, Any],
        strength: Annotated[float, Field(gt=0, le=1, description="How far to leave the picture.")] = 0.6,
        model: Model = AUTO,
        seed: Seed = None,
    ) -> list[Any]:
        """Draw a picture anew from one that was made here and from words that say how it shall be."""
        before = self._picture(artifact_id)
        content = self._services.studio.jobs.artifact(before).read_bytes()
        options = {"seed": seed, "strength": strength}
        return await self._drawn(Wish(prompt, model, options=options, inputs={"image": content}), context)

    async def vary(
        self,
        artifact_id: ArtifactId,
        context: Context[Any, Any],
        amount: Annotated[
            float, Field(gt=0, le=1, description="How far from the first one; 0.35 is near.")
        ] = VARIATION,
    ) -> list[Any]:
        """Draw a relative of a picture that was made here from words alone."""
        recipe = self._recipe(self._picture(artifact_id))
        if recipe.task != "text":
            raise ToolError(
                f"picture {artifact_id} was made from another picture: use edit_image with another seed"
            )
        asked = variations(recipe, 1, amount)[0]
        options = asked.model_dump(exclude={"prompt", "expert", "preset"}, exclude_none=True)
        return await self._drawn(Wish(asked.prompt, f"{asked.expert}/{asked.preset}", options=options), context)

    async def describe(
        self,
        artifact_id: ArtifactId,
        question: Annotated[str, Field(min_length=1, max_length=2000)] = "What does this picture show?",
    ) -> str:
        """Look at a picture that was made here and answer about it; without a model, say how it was made."""
        job, config = self._picture(artifact_id), self._services.config
        if config.model_url is None:
            asked = self._recipe(job).request
            return (
                f"artifact {job.id} was drawn by {asked.expert}/{asked.preset} from the words {asked.prompt!r} "
                f"({asked.width}x{asked.height}, seed {asked.seed}); known by its recipe, nobody looked at it"
            )
        content = self._services.studio.jobs.artifact(job).read_bytes()
        try:
            async with VlmClient(config.model_url, config.model) as client:
                return await ModelLook(client).answer(content, question)
        except ClientError as error:
            raise ToolError(str(error)) from None

    async def route(self, prompt: Prompt, quality: Mode = "balanced") -> dict[str, Any]:
        """Say which expert would draw a prompt, and why; nothing is drawn."""
        try:
            return (await self._desk.route(prompt, GUEST, quality)).card
        except ApiError as error:
            raise ToolError(error.message) from None

    async def vote(
        self,
        artifact_id: ArtifactId,
        value: Annotated[int, Field(ge=-1, le=1, description="1 for good, -1 for bad, 0 takes the vote back.")],
    ) -> str:
        """Tell the router what the user thinks of a picture that it chose the expert for."""
        try:
            number = await self._desk.vote(GUEST, self._picture(artifact_id), value)
        except ApiError as error:
            raise ToolError(error.message) from None
        return f"vote {number} is taken"

    async def models(self) -> list[dict[str, Any]]:
        """List the experts whose weights are here, with their presets and what they draw."""
        return [
            {"name": card.name, "about": card.about or card.title, "presets": list(card.presets),
             "subjects": list(card.subjects), "styles": list(card.styles), "tasks": list(card.tasks)}
            for card in load_cards().values()
            if available(card)
        ]  # fmt: skip

    def _picture(self, artifact: str) -> Job:
        try:
            return self._services.studio.picture(artifact, GUEST)
        except ApiError as error:
            raise ToolError(error.message) from None

    def _recipe(self, job: Job) -> Recipe:
        """From the file, since a crash may have kept it out of the journal."""
        path = self._services.studio.jobs.artifact(job)
        try:
            return recipe_in(opened_picture(path), job.id)
        except GeneratorError as error:
            raise ToolError(str(error)) from None

    async def _drawn(self, wish: Wish, context: Context[Any, Any]) -> list[Any]:
        """The picture and a line about it; the client sees how far it is, and cancels by cancelling the call."""
        try:
            order = await self._services.studio.order(GUEST, wish)
            async for event in self._services.studio.follow(order.jobs[0]):
                if isinstance(event, Progress):
                    await context.report_progress(event.step, event.of)
                elif isinstance(event, Ended):
                    ended = event.job
            if ended.status != "done":
                raise failure(ended)
        except (ApiError, GeneratorError) as error:
            raise ToolError(str(error)) from None
        asked = ended.facts["recipe"]["request"]
        line = f"artifact {ended.id}: {asked['expert']}/{asked['preset']}, seed {asked['seed']}: {asked['prompt']}"
        return [Image(data=self._services.studio.jobs.artifact(ended).read_bytes(), format="png"), line]
