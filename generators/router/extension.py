"""A prompt made fuller for the expert that draws it, without losing anything that was asked for.

DiffusionGPT (arXiv 2401.10061, section 3.4) lets a language model rewrite the prompt in the pattern of the
expert's first example and trusts the result. Here every rewriting is checked: a must-keep term has to be in it,
itself or as a word that means the same; else the parsed prompt is drawn as it is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from generators.router.arms import Arm
from generators.router.parse.ask import Ask
from generators.router.parse.schema import Parsed
from generators.router.taxonomy import Taxonomy, embedded_taxonomy
from generators.router.words import plain, words

_LONGEST = 600
"""Characters of a prompt that a model may make."""
_SYSTEM = (
    "You write prompts for a picture model. Rewrite the user's prompt in the manner of the examples: same "
    "things, same "
    "colours, same numbers, same quoted text; you may add light, texture and composition. Every word of "
    "`must_keep` "
    "stays, and nothing of `must_not_show` comes in. Answer with one JSON object."
)
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"prompt": {"type": "string", "maxLength": _LONGEST}},
    "required": ["prompt"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Extended:
    """What the expert is given."""

    prompt: str
    negative: str
    source: Literal["parsed", "examples", "model"]
    """Who wrote the prompt."""
    refused: str = ""
    """Why a rewriting was not taken, where there was one."""


def extend(parsed: Parsed, arm: Arm, taxonomy: Taxonomy | None = None) -> Extended:
    """The prompt with the manner of the expert's first example: what follows its first comma."""
    tree = taxonomy or embedded_taxonomy()
    known = set(tree.canonical(parsed.content))
    manner = [part.strip() for example in arm.examples[:1] for part in example.split(",")[1:]]
    unwanted = {word for term in parsed.negatives for word in tree.canonical(term)}
    new = [part for part in manner if part and not set(tree.canonical(part)) & (known | unwanted)]
    # A style of its own would fight the one that was asked for.
    if any(hit.facet == "styles" for hit in tree.find(words(parsed.content))):
        new = [part for part in new if not any(hit.facet == "styles" for hit in tree.find(words(part)))]
    prompt = ", ".join([parsed.content, *new])
    return _checked(prompt, parsed, "examples" if new else "parsed", tree)


async def extend_with(ask: Ask, parsed: Parsed, arm: Arm, taxonomy: Taxonomy | None = None) -> Extended:
    """The prompt as a model rewrites it; the offline one where the model fails or loses a term."""
    tree = taxonomy or embedded_taxonomy()
    given = {
        "prompt": parsed.content,
        "must_keep": list(parsed.must_keep),
        "must_not_show": list(parsed.negatives),
        "examples": list(arm.examples[:3]),
    }
    offline = extend(parsed, arm, tree)
    try:
        answer = json.loads(await ask(_SYSTEM, json.dumps(given, ensure_ascii=False), _SCHEMA))
        prompt = str(answer["prompt"]).strip()
    except (OSError, TimeoutError, RuntimeError, ValueError, KeyError, TypeError) as error:
        why = f"the model could not be asked: {' '.join(str(error).split())[:200] or type(error).__name__}"
        return Extended(offline.prompt, offline.negative, offline.source, why)
    if not prompt or len(prompt) > _LONGEST:
        return Extended(
            offline.prompt, offline.negative, offline.source, "the model's prompt is empty or too long"
        )
    if (shown := [term for term in parsed.negatives if retains(prompt, term, tree)]) and not all(
        retains(parsed.content, term, tree) for term in shown
    ):
        return Extended(offline.prompt, offline.negative, offline.source, f"it brought back {shown[0]!r}")
    checked = _checked(prompt, parsed, "model", tree)
    if checked.source == "parsed":
        return Extended(offline.prompt, offline.negative, offline.source, checked.refused)
    return checked


def lost_terms(prompt: str, must_keep: Sequence[str], taxonomy: Taxonomy) -> list[str]:
    """The must-keep terms that a prompt has lost."""
    return [term for term in must_keep if not retains(prompt, term, taxonomy)]


def retains(prompt: str, term: str, taxonomy: Taxonomy) -> bool:
    """Whether a prompt still says a term: letter for letter as whole words, or by a word of the same concept."""
    have, wanted = words(prompt), words(term)
    if not wanted:
        return plain(term) in plain(prompt)
    if any(have[at : at + len(wanted)] == wanted for at in range(len(have) - len(wanted) + 1)):
        return True
    concept = taxonomy.concept(term)
    return concept is not None and any(hit.concept == concept for hit in taxonomy.find(have))


def _checked(
    prompt: str, parsed: Parsed, source: Literal["examples", "model", "parsed"], tree: Taxonomy
) -> Extended:
    negative = ", ".join(parsed.negatives)
    if lost := lost_terms(prompt, parsed.must_keep, tree):
        return Extended(parsed.content, negative, "parsed", f"the rewriting lost {lost[0]!r}")
    return Extended(prompt, negative, source)
