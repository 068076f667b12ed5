"""A picture carries what made it: written, read back, and read from other programs' files."""

import io
from xml.etree import ElementTree

import pytest
from PIL import Image

from generators.errors import RecipeError, RequestRefused
from generators.image.mark import SOURCE_TYPE, XMP_KEYWORD, packet
from generators.image.recipe import Recipe, opened, parameters_of, png_of, recipe_in, request_from, write
from generators.image.request import ImageRequest, checked

FULL = ImageRequest(
    prompt="a fox, a hill\nand a “lake”",
    expert="watercolour",
    preset="best",
    seed=42,
    negative_prompt="people, text",
    width=64,
    height=48,
    steps=20,
    guidance=3.5,
    scheduler="",
)
RECIPE = Recipe(request=FULL, weights_sha256="ab" * 32, versions={"seedbed": "0.1.0"})


def reopened(content):
    return Image.open(io.BytesIO(content))


def test_a_recipe_survives_the_file():
    image = Image.new("RGB", (64, 48), "teal")
    content = png_of(image, RECIPE)
    back = reopened(content)
    assert recipe_in(back, "x.png") == RECIPE
    assert back.tobytes() == image.tobytes()
    assert content == png_of(image, RECIPE)


def test_the_mark_says_that_a_model_made_it_unless_it_is_turned_off():
    image = Image.new("RGB", (8, 8))
    assert SOURCE_TYPE in reopened(png_of(image, RECIPE)).info[XMP_KEYWORD]
    inside = ElementTree.fromstring(packet("x").partition("?>")[2].rpartition("<?")[0]).find(".//{*}Description")
    assert inside is not None and SOURCE_TYPE in inside.attrib.values()
    unmarked = RECIPE.model_copy(update={"ai_made": False})
    assert XMP_KEYWORD not in reopened(png_of(image, unmarked)).info


def test_other_tools_find_the_parameters_that_they_know():
    text = reopened(png_of(Image.new("RGB", (8, 8)), RECIPE)).info["parameters"]
    assert text == (
        "a fox, a hill\nand a “lake”\nNegative prompt: people, text\n"
        "Steps: 20, Sampler: default, CFG scale: 3.5, Seed: 42, Size: 64x48, Model hash: ababababab, "
        "Model: watercolour, Version: seedbed 0.1.0"
    )


def test_the_parameters_text_alone_says_what_was_asked():
    read = request_from(parameters_of(RECIPE), "x.png")
    for name in ("prompt", "negative_prompt", "expert", "seed", "width", "height", "steps", "guidance"):
        assert getattr(read, name) == getattr(FULL, name)


def test_pictures_of_other_programs_are_understood():
    text = (
        "a castle\nSteps: 25, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 123, Size: 512x768, "
        'Model: sd15, Lora hashes: "one: 12, two: 34", Version: 1.9.4'
    )
    asked = request_from(text, "x.png")
    assert (asked.prompt, asked.steps, asked.seed, asked.expert) == ("a castle", 25, 123, "sd15")
    assert (asked.width, asked.height, asked.guidance, asked.negative_prompt) == (512, 768, 7.0, "")


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({}, "carries no recipe"),
        ({"seedbed": "{"}, "its recipe cannot be read"),
        ({"seedbed": RECIPE.model_dump_json().replace('"seed":42', '"seed":-1')}, r"request\.seed"),
        ({"parameters": "hello"}, "names no steps"),
        ({"parameters": "a fox\nSteps: 3"}, "expert"),
        ({"parameters": "a fox\nSteps: 3000, Model: x"}, "steps '3000'"),
    ],
)
def test_what_cannot_be_followed_is_said_in_one_line(info, expected):
    image = Image.new("RGB", (8, 8))
    image.info |= info
    with pytest.raises(RecipeError, match=expected) as refusal:
        recipe_in(image, "x.png")
    assert str(refusal.value).startswith("x.png") and "\n" not in str(refusal.value)


def test_files_that_are_no_pictures_and_places_that_cannot_be_written(tmp_path):
    (tmp_path / "no.png").write_text("hello")
    with pytest.raises(RequestRefused, match=r"no\.png is no picture"):
        opened(tmp_path / "no.png")
    with pytest.raises(RequestRefused, match="No such file"):
        opened(tmp_path / "nowhere.png")
    (tmp_path / "whole.png").write_bytes(png_of(Image.effect_noise((64, 64), 9), RECIPE)[:3000])
    with pytest.raises(RequestRefused, match=r"cannot read .*whole\.png"):
        opened(tmp_path / "whole.png")
    with pytest.raises(RequestRefused, match="cannot write"):
        write(tmp_path / "no.png" / "a.png", b"")
    write(tmp_path / "new" / "a.png", b"x")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.png"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"prompt": ""}, "prompt ''"),
        ({"seed": -1}, "seed -1"),
        ({"strength": 0}, "strength 0"),
        ({"steps": 0}, "steps 0"),
        ({"width": 100000}, "width 100000"),
        ({"hight": 3}, "hight 3"),
    ],
)
def test_requests_from_outside_name_the_value_that_cannot_be(given, expected):
    with pytest.raises(RequestRefused, match=expected):
        checked(**{"prompt": "a", "expert": "x", **given})
