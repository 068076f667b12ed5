"""The arms of the experts that are at hand: all that come with the program, and others whose weights are here."""

from collections.abc import Mapping

from generators.router.arms import Arm, arms_of
from generators.router.taxonomy import Taxonomy
from generators.zoo.card import ExpertCard
from generators.zoo.zoo import available, load_cards


def arms_at_hand(taxonomy: Taxonomy, cards: Mapping[str, ExpertCard] | None = None) -> tuple[Arm, ...]:
    """The arms that may be chosen, by name.

    Embedded experts count before they are trained too, so that a route can be asked for without any weights.
    """
    known = load_cards() if cards is None else cards
    return arms_of((card for card in known.values() if card.size == "embedded" or available(card)), taxonomy)


def arms_in_order(names: tuple[str, ...], taxonomy: Taxonomy) -> tuple[Arm, ...]:
    """The arms with these names, in this order; one without a card is known by its name alone."""
    known = {arm.name: arm for arm in arms_of(load_cards().values(), taxonomy)}
    return tuple(known[name] if name in known else _bare(name) for name in names)


def _bare(name: str) -> Arm:
    expert, _, preset = name.partition("/")
    return Arm(expert, preset or "default")
