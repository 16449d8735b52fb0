"""A portfolio as JSON Lines: one account per line, in the shape of the contract's schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson

from deploy.portfolio.errors import MalformedPortfolio, Place
from deploy.portfolio.forms import Form
from deploy.portfolio.records import load_account
from services.accounts.contract.portfolio import PortfolioAccount

_LINE_BYTES_MAX = 1_000_000


def _placed_lines(path: Path) -> Iterator[tuple[Place, bytes]]:
    """Each line that is not blank."""
    with path.open("rb") as stream:
        for number, line in enumerate(_lines(stream), start=1):
            if line.strip(b"\xef\xbb\xbf \t\r\n"):
                yield Place(path, line=number), line


def _account(place: Place, line: bytes) -> PortfolioAccount:
    """The account of a line; one that is none is refused by its number."""
    return load_account(_object(line, place=place), place=place)


def _opening_on(line: bytes) -> Any:
    # A line that orjson takes is read in a tenth of the time; of a name that stands twice it keeps the last value.
    return orjson.loads(line)["opening"]["as_of_on"]


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


JSON_LINES: Form[bytes] = Form(records=_placed_lines, account=_account, opening_on=_opening_on)
