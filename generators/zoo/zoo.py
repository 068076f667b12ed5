"""Finds the cards: those that come with the program, then the user's own, which win over ours of the same name."""

import difflib
import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from generators.errors import CardError, ExpertUnknown
from generators.zoo.card import ExpertCard, read_card

ROOT = Path(__file__).resolve().parents[2]
"""What `checkpoints/...` in a card is below."""


def user_folder() -> Path:
    """Where a user's own cards lie: `$XDG_CONFIG_HOME/seedbed/experts`, by default below `~/.config`."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "seedbed" / "experts"


def load_cards(folder: Path | None = None) -> dict[str, ExpertCard]:
    """Every card by name, whether or not its weights are here; raises `CardError` for one that cannot be read.

    `folder` is looked in instead of the user's own.
    """
    cards = {}
    for entry in sorted((files("generators.zoo") / "cards").iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".toml"):
            name = entry.name.removesuffix(".toml")
            cards[name] = read_card(name, entry.read_text(encoding="utf-8"), entry.name)
    own = user_folder() if folder is None else folder
    for path in sorted(own.glob("*.toml")) if own.is_dir() else []:
        cards[path.stem] = card_at(path)
    return cards


def card_at(path: Path) -> ExpertCard:
    """The card in a file; weights and LoRAs that begin with `./` are beside it."""
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise CardError(f"cannot read the card {path}: {why}") from None
    card = read_card(path.stem, content, str(path))
    beside = path.resolve().parent
    loras = tuple(lora.model_copy(update={"weights": _beside(lora.weights, beside)}) for lora in card.loras)
    return card.model_copy(update={"weights": _beside(card.weights, beside), "loras": loras})


def expert_named(name: str, cards: Mapping[str, ExpertCard] | None = None) -> ExpertCard:
    """The card called `name`; raises `ExpertUnknown` with the nearest name. No file is opened by this name."""
    known = load_cards() if cards is None else cards
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        nearest = f"the nearest is {near[0]!r}, and there are {', '.join(known)}" if near else "there are none"
        raise ExpertUnknown(f"no expert {name!r}; {nearest}")
    return known[name]


def expert_or_file(text: str) -> ExpertCard:
    """As `expert_named`, or the card in the file `text` where it ends in `.toml`: for the command line."""
    return card_at(Path(text)) if text.endswith(".toml") else expert_named(text)


def weights_folder(weights: str) -> Path | None:
    """The folder that `weights` names, or None where it is a hub id; whether the folder exists is not asked."""
    path = Path(weights).expanduser()
    if path.is_absolute():
        return path
    if weights.startswith("checkpoints/"):
        return ROOT / weights
    if weights.count("/") == 1 and not weights.startswith((".", "~")):
        return path if path.is_dir() else None
    return path


def available(card: ExpertCard) -> bool:
    """Whether the weights are here already, so that nothing has to be downloaded."""
    folder = weights_folder(card.weights)
    if folder is not None:
        return (folder / "model_index.json").is_file()
    from huggingface_hub import try_to_load_from_cache

    return isinstance(
        try_to_load_from_cache(card.weights, "model_index.json", revision=card.revision or None), str
    )


def _beside(weights: str, folder: Path) -> str:
    return str(folder / weights) if weights.startswith(("./", "../")) else weights
