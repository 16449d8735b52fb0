"""A portfolio as JSON Lines: one account per line, in the shape of the contract's schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.portfolio.errors import MalformedPortfolio, Place
from deploy.portfolio.records import load_account
from services.accounts.contract.portfolio import PortfolioAccount

_LINE_BYTES_MAX = 1_000_000


def read_json_lines(path: Path) -> Iterator[PortfolioAccount]:
    """One account per line, blank lines skipped; raises MalformedPortfolio with the line's number."""
    with path.open("rb") as stream:
        for number, line in enumerate(iter(lambda: stream.readline(_LINE_BYTES_MAX + 1), b""), start=1):
            place = Place(path, line=number)
            if len(line) > _LINE_BYTES_MAX:
                raise MalformedPortfolio(place=place, sentence="The line is longer than an account can be.")
            if line.strip(b"\xef\xbb\xbf \t\r\n"):
                yield load_account(_object(line, place=place), place=place)


def _object(line: bytes, *, place: Place) -> dict[str, Any]:
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
