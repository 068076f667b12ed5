"""The contract of an expert, as a test: what `check_expert` lets pass, everything else of the program can use."""

import hashlib
import json
from pathlib import Path

from generators.errors import CardError
from generators.zoo.card import ExpertCard
from generators.zoo.zoo import weights_folder

EMBEDDED_PARAMETERS = 3_000_000
"""Most parameters of an embedded expert's U-Net."""


def check_card(card: ExpertCard) -> None:
    """What can be seen without the weights; raises `CardError`."""
    if not card.subjects and not card.styles:
        raise CardError(f"{card.name}: neither subjects nor styles, so the router cannot know when to choose it")
    if not card.example_prompts:
        raise CardError(f"{card.name}: no example_prompts")


def check_expert(card: ExpertCard) -> None:
    """Draw with every task at two steps and see that the pictures are what was asked for; raises `CardError`.

    The weights must be here; a hub id is downloaded, as any use of the expert would.
    """
    check_card(card)
    check_weights(card)
    from generators.image.draw import draw
    from generators.image.experts import loaded
    from generators.image.request import ImageRequest

    expert = loaded(card)
    if card.size == "embedded":
        count = sum(parameter.numel() for parameter in expert.pipeline.unet.parameters())
        if count > EMBEDDED_PARAMETERS:
            raise CardError(
                f"{card.name}: {count} parameters, an embedded expert has {EMBEDDED_PARAMETERS} at most"
            )
    preset = card.preset()
    asked = ImageRequest(prompt=card.example_prompts[0], expert=card.name, steps=2, seed=1)
    first, again = draw(asked, expert).image, draw(asked, expert).image
    if first.size != (preset.width, preset.height):
        raise CardError(f"{card.name}: a picture of {first.size} for {preset.width}x{preset.height}")
    if first.tobytes() != again.tobytes() and expert.device == "cpu":
        raise CardError(f"{card.name}: the same seed gave two different pictures")
    if draw(asked.model_copy(update={"seed": 2}), expert).image.tobytes() == first.tobytes():
        raise CardError(f"{card.name}: two seeds gave the same picture")
    if "image" in card.tasks:
        draw(asked, expert, image=first)
    if "inpaint" in card.tasks:
        from PIL import Image

        mask = Image.new("L", first.size)
        mask.paste(255, (0, 0, first.width // 2, first.height))
        draw(asked, expert, image=first, mask=mask)


def check_weights(card: ExpertCard) -> None:
    """See that a folder of weights is there and has the card's hash; raises `CardError`."""
    folder = weights_folder(card.weights)
    if folder is None:
        return
    if not folder.exists():
        raise CardError(f"{card.name}: no weights at {folder}")
    if card.weights_sha256 and (found := hash_of_weights(folder)) != card.weights_sha256:
        raise CardError(f"{card.name}: the weights' SHA-256 is {found}, the card says {card.weights_sha256}")


def hash_of_weights(folder: Path) -> str:
    """SHA-256 of the names and contents of all safetensors files and of `model_index.json`, in hexadecimal."""
    digest = hashlib.sha256()
    paths = [folder] if folder.is_file() else sorted(folder.rglob("*.safetensors"))
    index = folder / "model_index.json"
    if index.is_file():
        digest.update(json.dumps(json.loads(index.read_text()), sort_keys=True).encode())
    for path in paths:
        digest.update(path.name.encode() + b"\0")
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
