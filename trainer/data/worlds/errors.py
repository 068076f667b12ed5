"""What can be asked wrongly of the worlds."""

from trainer.errors import TrainerError


class WorldUnknown(TrainerError):
    """No world has this name; the text names the nearest one."""
