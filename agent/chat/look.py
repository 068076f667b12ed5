"""Who can see a picture and answer about it."""

from typing import Protocol


class Look(Protocol):
    """Answers questions about pictures. Raises `vlm.completion.ClientError`."""

    async def answer(self, picture: bytes, question: str) -> str:
        """What there is to say of a PNG file."""
