"""The experts that are loaded on one device: as many as fit, the longest unused making room."""

import gc
from collections import OrderedDict
from collections.abc import Callable

from generators.device import free_mb
from generators.errors import OutOfMemory
from generators.image.experts import Expert, loaded
from generators.zoo.card import ExpertCard

RESERVE_MB = 256
"""What is left to everybody else on the device."""


class Shelf:
    """Loaded experts of one device; for one thread."""

    def __init__(
        self,
        device: str,
        load: Callable[[ExpertCard, str], Expert] = loaded,
        free: Callable[[str], int] = free_mb,
    ) -> None:
        self.device = device
        self._load = load
        self._free = free
        self._experts: OrderedDict[str, Expert] = OrderedDict()
        """The longest unused one first."""

    @property
    def names(self) -> tuple[str, ...]:
        """Who is loaded, the longest unused one first."""
        return tuple(self._experts)

    def take(self, card: ExpertCard) -> Expert:
        """The expert, loaded now if it was not; raises `OutOfMemory` where even an empty shelf has no room."""
        kept = self._experts.get(card.name)
        if kept is not None and kept.card == card:
            self._experts.move_to_end(card.name)
            return kept
        self._experts.pop(card.name, None)
        self._make_room(card)
        self._experts[card.name] = self._load(card, self.device)
        return self._experts[card.name]

    def clear(self) -> None:
        """Let go of all of them."""
        self._experts.clear()
        _give_back(self.device)

    def _make_room(self, card: ExpertCard) -> None:
        while self._free(self.device) < card.memory_mb + RESERVE_MB:
            if not self._experts:
                raise OutOfMemory(
                    f"{card.name} needs {card.memory_mb} MB and {self.device} has {self._free(self.device)} MB "
                    f"free, of which {RESERVE_MB} MB are kept back: choose a smaller expert"
                )
            self._experts.popitem(last=False)
            _give_back(self.device)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error is a device's or the system's lack of memory, however torch words it."""
    import torch

    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    words = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(error, RuntimeError) and any(word in str(error).lower() for word in words)


def _give_back(device: str) -> None:
    gc.collect()
    if device.startswith("cuda"):
        import torch

        torch.cuda.empty_cache()
