"""Who asks: tokens from a file, or one guest where only this machine can reach the app."""

import hashlib
import hmac
import re
from pathlib import Path

from agent.app.errors import ApiError, AppError
from generators.router.router import GUEST

SHORTEST = 16
"""Characters of a token; shorter ones can be guessed."""


class Tokens:
    """Users by their tokens. Only hashes are kept, so that no log or crash report can hold a token."""

    def __init__(self, users: dict[bytes, str] | None = None) -> None:
        """Without `users` everybody is the guest."""
        self._users = users

    @property
    def required(self) -> bool:
        return self._users is not None

    def user(self, authorization: str | None) -> str:
        """The user of an `Authorization` header; raises `ApiError` (401)."""
        if self._users is None:
            return GUEST
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() == "bearer" and (user := self.owner(token.strip())) is not None:
            return user
        said = "this token is not known here" if authorization else "give your token as `Authorization: Bearer …`"
        raise ApiError(401, said, "invalid_api_key", headers={"WWW-Authenticate": "Bearer"})

    def owner(self, token: str) -> str | None:
        """Whose token it is. All are compared, so that the time says nothing."""
        found, digest = None, _digest(token)
        for known, user in (self._users or {}).items():
            if hmac.compare_digest(known, digest):
                found = user
        return found


def read_tokens(path: Path | None) -> Tokens:
    """The tokens in a file whose lines are `name token`; raises `AppError`. `#` begins a comment."""
    if path is None:
        return Tokens()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise AppError(f"cannot read the token file {path}: {why}") from None
    users: dict[bytes, str] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        # What is wrong is said without the line itself: it may hold a token.
        if len(words) != 2 or not re.fullmatch(r"[\w.@-]{1,64}", words[0], re.ASCII):
            raise AppError(f"{path}, line {number}: a line is a user's name, a space and that user's token")
        if len(words[1]) < SHORTEST:
            raise AppError(f"{path}, line {number}: the token is shorter than {SHORTEST} characters")
        if _digest(words[1]) in users:
            raise AppError(f"{path}, line {number}: the token is there twice")
        users[_digest(words[1])] = words[0]
    if not users:
        raise AppError(f"{path} holds no token: each line is a user's name, a space and that user's token")
    return Tokens(users)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
