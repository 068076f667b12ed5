"""Steps on a grid of square cells, for games in which something walks."""

Cell = tuple[int, int]
"""Column from the left and row from the top, both from 0."""

STEPS: dict[str, Cell] = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
"""From a direction's name to the change of column and row."""


def stepped(cell: Cell, direction: str) -> Cell:
    """The next cell in a direction, inside the grid or not."""
    across, down = STEPS[direction]
    return cell[0] + across, cell[1] + down


def inside(cell: Cell, width: int, height: int) -> bool:
    """Whether the grid has this cell."""
    return 0 <= cell[0] < width and 0 <= cell[1] < height


def name_of(cell: Cell) -> str:
    """`column,row` from 1, as moves and texts call a cell."""
    return f"{cell[0] + 1},{cell[1] + 1}"
