"""A portfolio as JSON Lines: one account per line, in the shape of the contract's schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from deploy.portfolio.errors import MalformedPortfolio, OnRefusal, Place, stop_at
from deploy.portfolio.records import Placed, load_account

_LINE_BYTES_MAX = 1_000_000


def read_json_lines(path: Path, *, refused: OnRefusal = stop_at) -> Iterator[Placed]:
    """One account per line, blank lines skipped; a line that is none is refused by its number."""
    with path.open("rb") as stream:
        for number, line in enumerate(_lines(stream), start=1):
            place = Place(path, line=number)
            if not line.strip(b"\xef\xbb\xbf \t\r\n"):
                continue
            try:
                account = load_account(_object(line, place=place), place=place)
            except MalformedPortfolio as refusal:
                refused(refusal)
                continue
            yield Placed(place, account)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Each line; of one longer than an account can be, no more than shows that."""
    while line := stream.readline(_LINE_BYTES_MAX + 1):
        yield line
        while len(line) > _LINE_BYTES_MAX and not line.endswith(b"\n"):
            line = stream.readline(_LINE_BYTES_MAX + 1)


def _object(line: bytes, *, place: Place) -> dict[str, Any]:
    if len(line) > _LINE_BYTES_MAX:
        raise MalformedPortfolio(place=place, sentence="The line is longer than an account can be.")
    try:
        found = json.loads(line.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as broken:
        raise MalformedPortfolio(place=place, sentence="The line is not one JSON object.") from broken
    if not isinstance(found, dict):
        raise MalformedPortfolio(place=place, sentence="The line is not one JSON object.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name stands twice in one object.")
    return found
