"""Charts as SVG in the page: columns of two parts, drawn to scale, with their table beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

# Units of the drawing; the page scales it.
WIDTH, HEIGHT, FOOT, SIDE, HEAD = 560, 190, 24, 34, 10
# More labels than this would run into each other.
LABELS = 12


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Column:
    """One column: its name, its two numbers, and where its parts are drawn."""

    name: str
    first: int
    second: int
    lower: Box
    upper: Box
    # Where its name is written; None where there is no room for every name.
    label_x: float | None


@dataclass(frozen=True)
class Chart:
    """`said` tells in a sentence what the picture shows; `heads` are those of its table."""

    name: str
    title: str
    said: str
    heads: tuple[str, str, str]
    columns: list[Column]
    lines: list[tuple[float, int]]
    size = (WIDTH, HEIGHT)
    ends = (SIDE, WIDTH)
    foot = HEIGHT - 6

    @property
    def is_empty(self) -> bool:
        return not any(column.first or column.second for column in self.columns)


def columns(
    name: str,
    title: str,
    said: str,
    heads: tuple[str, str, str],
    rows: Sequence[tuple[str, int, int]],
) -> Chart:
    """Draw a column for each (name, first, second), the first part below the second."""
    highest = _round_up(max((first + second for _name, first, second in rows), default=0))
    room = HEIGHT - FOOT - HEAD
    step = (WIDTH - SIDE) / max(len(rows), 1)
    gap = min(step * 0.25, 6)
    every = -(-len(rows) // LABELS)

    def up(number: int) -> float:
        return round(room * number / highest, 1)

    drawn = []
    for number, (label, first, second) in enumerate(rows):
        x, width = round(SIDE + number * step + gap / 2, 1), round(step - gap, 1)
        base, lower, upper = HEIGHT - FOOT, up(first), up(second)
        drawn.append(
            Column(
                label,
                first,
                second,
                Box(x, round(base - lower, 1), width, lower),
                Box(x, round(base - lower - upper, 1), width, upper),
                round(x + width / 2, 1) if number % every == 0 else None,
            )
        )
    marks = sorted({0, highest // 2, highest})
    lines = [(round(HEIGHT - FOOT - up(mark), 1), mark) for mark in marks]
    return Chart(name, title, said, heads, drawn, lines)


def _round_up(number: int) -> int:
    """Return a round number that is not smaller: 4, 10, 20, 40, 100…"""
    size = 1
    while True:
        for factor in (4, 10, 20):
            if number <= factor * size:
                return factor * size
        size *= 10


def share(number: int, of: int) -> float:
    """Return how long a bar is, of a hundred."""
    return round(100 * number / of, 1) if of else 0
