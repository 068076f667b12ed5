"""Cards: ours are whole, a user's own are found, and a wrong one is answered with what to mend."""

import pytest

from generators.errors import CardError, ExpertUnknown, RequestRefused
from generators.zoo import expert_named, load_cards
from generators.zoo.card import read_card
from generators.zoo.check import check_card, check_weights, hash_of_weights
from generators.zoo.zoo import ROOT, available, expert_or_file, weights_folder

EMBEDDED = ("solids", "sprites", "watercolour", "lines", "emblems", "charts", "nightsky", "lettering")

MINE = """
title = "Mine"
weights = "./weights"
licence = "Apache-2.0"
memory_mb = 10
subjects = ["animal"]
example_prompts = ["a fox"]
[presets.draft]
steps = 3
width = 16
height = 24
[presets.good]
steps = 30
width = 64
height = 64
"""


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "seedbed" / "experts"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", load_cards())
def test_cards_that_come_along_are_whole(name):
    card = load_cards()[name]
    check_card(card)
    assert list(card.presets) == ["fast", "balanced", "best"]
    assert card.presets["fast"].steps < card.preset().steps < card.presets["best"].steps
    assert card.commercial


def test_there_are_the_eight_embedded_experts_and_full_ones():
    cards = load_cards()
    assert tuple(name for name in EMBEDDED if cards[name].size == "embedded") == EMBEDDED
    for name in EMBEDDED:
        assert weights_folder(cards[name].weights) == ROOT / "checkpoints" / f"image-{name}"
    assert {"sd15", "sdxl", "flux-schnell", "pixart-sigma"} <= {n for n, c in cards.items() if c.size == "full"}
    assert weights_folder(cards["sdxl"].weights) is None
    assert any(card.loras for card in cards.values())


def test_adding_an_expert_is_adding_a_card(own):
    assert "mine" not in load_cards()
    (own / "mine.toml").write_text(MINE)
    card = expert_named("mine")
    assert (card.name, card.weights) == ("mine", str(own / "weights"))
    assert (card.preset().steps, card.preset("good").size_px) == (3, 64)
    assert not available(card)
    (own / "weights").mkdir()
    (own / "weights" / "model_index.json").write_text("{}")
    assert available(card)


def test_ones_own_card_wins_over_ours(own):
    (own / "solids.toml").write_text(MINE)
    assert expert_named("solids").title == "Mine"


def test_a_card_may_be_given_as_a_file_but_only_on_the_command_line(tmp_path):
    path = tmp_path / "elsewhere.toml"
    path.write_text(MINE)
    assert expert_or_file(str(path)).name == "elsewhere"
    with pytest.raises(ExpertUnknown):
        expert_named(str(path))
    with pytest.raises(CardError, match=r"cannot read the card no\.toml: No such file"):
        expert_or_file("no.toml")


def test_unknown_names_are_answered_with_the_nearest(own):
    with pytest.raises(ExpertUnknown, match="no expert 'solid'; the nearest is 'solids', and there are charts"):
        expert_named("solid")
    (own / "mine.toml").write_text(MINE)
    with pytest.raises(RequestRefused, match="mine has no preset 'god'; the nearest is 'good'"):
        expert_named("mine").preset("god")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title = ", "not TOML"),
        ('name = "x"\n' + MINE, "leave `name` out"),
        (MINE.replace('title = "Mine"', ""), "title is missing"),
        ('licens = "x"\n' + MINE, "unknown key licens; the nearest is 'licence'"),
        (MINE + "step = 3", r"unknown key presets\.good\.step; the nearest is 'steps'"),
        (MINE.replace("steps = 30", "steps = 0"), r"presets\.good\.steps 0"),
        (MINE.replace("width = 16", "width = 17"), r"presets\.draft is 17x24, no multiple of 8"),
        ('default_preset = "best"\n' + MINE, "default_preset 'best' is none of draft, good"),
        ('tasks = ["image"]\n' + MINE, "tasks must name 'text'"),
        ('weights_sha256 = "12"\n' + MINE, "weights_sha256 '12'"),
        (MINE + "[[loras]]\nscale = 1", r"loras\[0\]\.weights is missing"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text, expected):
    with pytest.raises(CardError, match=expected) as refusal:
        read_card("mine", text, "mine.toml")
    assert "mine.toml" in str(refusal.value) and "\n" not in str(refusal.value)


def test_weights_must_be_there_and_have_the_cards_hash(own):
    (own / "mine.toml").write_text(MINE)
    with pytest.raises(CardError, match="mine: no weights at"):
        check_weights(expert_named("mine"))
    folder = own / "weights" / "unet"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    found = hash_of_weights(own / "weights")
    (own / "mine.toml").write_text(f'weights_sha256 = "{found}"\n' + MINE)
    check_weights(expert_named("mine"))
    (folder / "model.safetensors").write_bytes(b"weighty")
    with pytest.raises(CardError, match=f"the card says {found}"):
        check_weights(expert_named("mine"))
