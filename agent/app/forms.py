"""Multipart forms: their fields read into a model, their pictures checked like every other that is given."""

from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from agent.app.config import Limits
from agent.app.errors import ApiError, wrong
from agent.app.uploads import picture_of

FORM = "multipart/form-data"
_T = TypeVar("_T", bound=BaseModel)


async def form_of(
    request: Request, kind: type[_T], limits: Limits, files: Mapping[str, str]
) -> tuple[_T, dict[str, bytes]]:
    """The fields and the pictures of a form; raises `ApiError`.

    `files` leads from a file's field to the picture's name; each picture is given once at most.
    """
    if not request.headers.get("content-type", "").startswith(FORM):
        raise ApiError(415, f"send this as {FORM}, with pictures as files", "wrong_media_type")
    async with request.form(max_files=4, max_fields=40) as form:
        given = form.multi_items()
        uploads = [(name, value) for name, value in given if not isinstance(value, str)]
        fields = [(name, value) for name, value in given if isinstance(value, str)]
        known = [files[name] for name, _ in uploads if name in files]
        if len(set(known)) != len(uploads):
            once = " and ".join(f"`{name}`" for name in dict.fromkeys(files.values()))
            raise wrong(f"files are {once}, each once at most", next(iter(files.values())))
        if len({name for name, _ in fields}) != len(fields):
            raise wrong("a field is there twice")
        asked = read(kind, dict(fields))
        return asked, {files[name]: await picture_of(value, limits, files[name]) for name, value in uploads}


def read(kind: type[_T], given: Any) -> _T:
    """A model of values from outside; raises `ApiError`, which names the one that is wrong."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise wrong(first["msg"], ".".join(str(part) for part in first["loc"]) or None) from None


def schema_of(kind: type[BaseModel], files: tuple[str, ...], required: tuple[str, ...]) -> dict[str, Any]:
    """A form for the API's description: FastAPI does not read it, so it cannot know it."""
    schema = kind.model_json_schema()
    schema["properties"] |= {name: {"type": "string", "format": "binary"} for name in files}
    schema["required"] = list(required)
    return schema
