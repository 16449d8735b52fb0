"""A settlement report read whole: CSV in UTF-8 with a header; README.md beside this describes the columns."""

import csv
from collections.abc import Sequence
from pathlib import Path

from services.payments.rules.settlement import COLUMNS, LineMalformed, SettledLine, read_settled_line


class MalformedReport(Exception):
    """A report that cannot be read to its end; the message says where and why."""


def read_report(path: Path) -> list[SettledLine]:
    """Every line, at least one. Raises MalformedReport: half a report would look like money that is missing."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        table = csv.reader(stream, strict=True)
        try:
            names = next(table, [])
            if sorted(names) != sorted(COLUMNS):
                raise MalformedReport(f"{path.name}, line 1: the columns must be {', '.join(COLUMNS)}.")
            lines = [_line(names, cells, number=table.line_num, name=path.name) for cells in table if cells]
        except (csv.Error, UnicodeDecodeError) as broken:
            raise MalformedReport(f"{path.name}, line {table.line_num or 1}: the line is not CSV in UTF-8.") from broken
    if not lines:
        raise MalformedReport(f"{path.name}: the report has no lines.")
    return lines


def _line(names: Sequence[str], cells: Sequence[str], *, number: int, name: str) -> SettledLine:
    place = f"{name}, line {number}"
    if len(cells) != len(names):
        raise MalformedReport(f"{place}: the row has not as many cells as the header.")
    try:
        return read_settled_line(dict(zip(names, cells, strict=True)), number=number)
    except LineMalformed as malformed:
        raise MalformedReport(f"{place}, {malformed}") from malformed
