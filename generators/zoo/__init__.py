"""The experts: one card each, a TOML file that says what it draws, where its weights are and how to run them.

Adding an expert is adding a card, here or in the user's own folder; no code knows any expert by name.
"""

from generators.zoo.card import ExpertCard, Lora, Preset
from generators.zoo.zoo import expert_named, load_cards, user_folder

__all__ = ["ExpertCard", "Lora", "Preset", "expert_named", "load_cards", "user_folder"]
