"""A request, read: the same fields whether rules or a model read it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Form = Literal["prompt", "instruction", "inspiration", "hypothesis"]
Media = Literal["image", "video", "none"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Edit(_Frozen):
    """How a follow-up changes what came before."""

    reference: int | None = None
    """Which earlier picture is meant, counted from 1; -1 is the last, None where none is named."""
    add: tuple[str, ...] = ()
    """What shall be there now."""
    remove: tuple[str, ...] = ()
    """What shall be gone."""
    replace: tuple[tuple[str, str], ...] = ()
    """Pairs of what stood there and what stands there instead."""
    aspect: Literal["wider", "taller", "square"] | None = None
    again: bool = False
    """The same once more, with another seed."""


class Parsed(_Frozen):
    """What a person asks for."""

    text: str
    """As it was typed."""
    form: Form
    content: str
    """What is to be drawn, without the words around it."""
    must_keep: tuple[str, ...] = ()
    """Terms of the content that no rewriting may lose, as they were spelled."""
    media: Media = "image"
    """`none` where no picture is asked for at all."""
    negatives: tuple[str, ...] = ()
    """What shall not be seen."""
    edit: Edit | None = None
    """Set where the request changes an earlier one; `content` is then the changed content."""
    source: Literal["rules", "model"] = "rules"
    """Who read it."""
    refused: str = ""
    """Why a model's reading was not taken, where one was asked."""


class ModelReading(_Frozen):
    """What a model is asked to answer, as a JSON object."""

    form: Form = Field(description="prompt: a bare description. instruction: tells somebody to draw. inspiration: "
                       "a wish. hypothesis: an if or what-if.")  # fmt: skip
    content: str = Field(max_length=2000, description="Only what is to be seen, in the user's own words.")
    must_keep: tuple[str, ...] = Field(
        default=(), max_length=32, description="Words of the content that a rewriting must not lose: things, "
        "colours, numbers, names, quoted text."
    )  # fmt: skip
    media: Media = Field(description="none: no picture or video is asked for.")
    negatives: tuple[str, ...] = Field(default=(), max_length=16, description="What must not be seen.")
