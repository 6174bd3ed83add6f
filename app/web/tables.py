"""Tables to take away: rows of CSV in which no cell is taken for a formula."""

import csv
import io
import json
from collections.abc import Iterable


def row(cells: Iterable[object]) -> str:
    """One row, with its line end."""
    written = io.StringIO()
    csv.writer(written).writerow([cell(value) for value in cells])
    return written.getvalue()


def cell(value: object) -> str:
    """A cell that no table program takes for a formula; what is not known is empty."""
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
