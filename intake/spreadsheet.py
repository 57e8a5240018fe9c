"""Files for a spreadsheet, made while they are sent; no cell of them is run as a formula."""

import csv
from collections.abc import Iterable, Iterator

# What a spreadsheet would run as a formula when a cell begins with it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Line:
    """What a CSV writer writes into: it gives each line straight back."""

    def write(self, line: str) -> str:
        return line


def lines(rows: Iterable[Iterable]) -> Iterator[str]:
    """Yield the file line by line."""
    writer = csv.writer(_Line())
    return (writer.writerow(map(harmless, row)) for row in rows)


def harmless(cell) -> str:
    """Return the cell as text that every spreadsheet leaves alone."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
