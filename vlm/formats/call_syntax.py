"""Python-like calls as plain text: quoting, reading through a syntax tree, and the regular expressions for both.

The text is parsed with `ast` into a tree of constants and is never compiled or executed.
"""

import ast
import re
from typing import Any

from vlm.formats import ParseError

MAX_CALL_CHARS = 65_536
"""Longer calls are refused unread; the longest text argument, 10,000 characters, fits however it is escaped."""
MAX_TEXT_CHARS = 200
"""How long a text argument the grammar allows; a longer one takes several actions."""

TEXT_REGEX = r"'(?:[^'\\\x00-\x1f\x7f]|\\[\\'nrt]){0," + f"{MAX_TEXT_CHARS}}}'"
INTEGER_REGEX = r"-?(?:0|[1-9][0-9]{0,5})"
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NUMBER = r"([0-9]{1,6}(?:\.[0-9]{1,6})?)"
_SEPARATOR = r"(?:\s*,\s*|\s+)"
_NUMBERS = re.compile(
    r"\s*[(\[]?\s*"
    + _NUMBER
    + _SEPARATOR
    + _NUMBER
    + f"(?:{_SEPARATOR}{_NUMBER}{_SEPARATOR}{_NUMBER})?"
    + r"\s*[)\]]?\s*"
)
# `re.escape` would also put a backslash before spaces, which grammars of other make than Python's refuse.
_SIGN = re.compile(r"[.^$*+?{}\[\]()]")
_BACKSLASH = re.compile(r"\\([\\'\"nrtxuU\n])?")
_POINT_TAGS = re.compile(r"</?point>|</?bbox>|<\|box_start\|>|<\|box_end\|>")
_LONE_TEXT = re.compile(
    r"\s*(?P<head>[A-Za-z_]\w*\(\s*[A-Za-z_]\w*\s*=\s*)(?P<quote>['\"])(?P<inner>.*)(?P=quote)\s*\)\s*", re.DOTALL
)


def one_of(alternatives: str) -> str:
    """A regular expression for one of the words in `up|down`; spaces and signs in them stand for themselves."""
    return "(?:" + _SIGN.sub(r"\\\g<0>", alternatives) + ")"


def quote(text: str) -> str:
    """`text` as a single-quoted literal on one line, with backslash, quote and control characters escaped."""
    escaped = "".join(_ESCAPES.get(c) or (f"\\x{ord(c):02x}" if c < " " or c == "\x7f" else c) for c in text)
    return f"'{escaped}'"


def read_call(text: str) -> tuple[str, dict[str, Any]]:
    """The name and keyword arguments of the one call in `text`.

    Arguments come back as `str`, `int`, or a tuple of two or four numbers for `(512, 230)`. A quote that was
    not escaped inside a call's only argument, as in `type(content='don't')`, is put right first, since models
    write that often. Raises `ParseError` for anything else.
    """
    if len(text) > MAX_CALL_CHARS:
        raise ParseError(f"the action is {len(text)} characters long; at most {MAX_CALL_CHARS} are read")
    try:
        tree = _tree(text)
    except ParseError:
        repaired = _escape_inner_quotes(text)
        if repaired is None:
            raise
        tree = _tree(repaired)
    call = tree.body
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise ParseError(f"not a single call: {_excerpt(text)}")
    if call.args:
        raise ParseError(f"{_excerpt(call.func.id)} takes named arguments only")
    arguments: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise ParseError(f"{_excerpt(call.func.id)} takes named arguments only")
        arguments[keyword.arg] = _constant(keyword.arg, keyword.value)
    return call.func.id, arguments


def read_numbers(value: Any) -> tuple[float, ...] | None:
    """The two or four numbers of a point or box, tags and brackets stripped; None where it is neither.

    Understands `<point>512 230</point>`, `512 230`, `(512,230)`, `[0, 0, 20, 10]`,
    `<|box_start|>(512,230)<|box_end|>` and bare tuples.
    """
    if isinstance(value, tuple):
        return value
    if not isinstance(value, str) or len(value) > 200:
        return None
    match = _NUMBERS.fullmatch(_POINT_TAGS.sub(" ", value))
    return tuple(float(n) for n in match.groups() if n is not None) if match else None


def _tree(text: str) -> ast.Expression:
    # A backslash that begins none of the escapes we write is meant as itself (`C:\\dir`); Python would warn.
    text = _BACKSLASH.sub(lambda match: match[0] if match[1] else r"\\", text.strip())
    try:
        return ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ParseError(f"not a well-formed call: {_excerpt(text)}") from None


def _constant(name: str, node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if any("\ud800" <= c <= "\udfff" for c in node.value):
            raise ParseError(f"{_excerpt(name)} holds half a surrogate pair, which is no text")
        return node.value
    number = _number(node)
    if isinstance(number, int):
        return number
    if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) in (2, 4):
        numbers = [_number(item) for item in node.elts]
        if all(n is not None and 0 <= n < 1_000_000 for n in numbers):
            return tuple(float(n) for n in numbers if n is not None)
    raise ParseError(f"{_excerpt(name)} is neither a text nor a number nor a point")


def _number(node: ast.expr) -> int | float | None:
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    operand = node.operand if isinstance(node, ast.UnaryOp) and negative else node
    if isinstance(operand, ast.Constant) and type(operand.value) in (int, float):
        return -operand.value if negative else operand.value  # type: ignore[operator, return-value]
    return None


def _escape_inner_quotes(text: str) -> str | None:
    match = _LONE_TEXT.fullmatch(text)
    # A quote before a closing bracket may be the end of a first call of several: leave that an error.
    if match is None or re.search(r"['\"]\s*[),]", match["inner"]):
        return None
    inner = re.sub(r"(\\.)|(['\"])", lambda m: m[1] or "\\" + m[2], match["inner"], flags=re.DOTALL)
    inner = inner.replace("\n", "\\n").replace("\r", "\\r")
    return f"{match['head']}{match['quote']}{inner}{match['quote']})"


def _excerpt(text: str) -> str:
    return repr(text.strip()[:80])
