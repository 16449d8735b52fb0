"""The one way into a portfolio file, whatever its form: accounts one by one, moved in time if asked."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from deploy.portfolio.csv_table import read_csv_table
from deploy.portfolio.errors import MalformedPortfolio, Place
from deploy.portfolio.json_lines import read_json_lines
from deploy.portfolio.people import with_people
from deploy.portfolio.schedule_al import read_schedule_al
from deploy.portfolio.shift import last_opening_on, months_to_shift, shifted
from services.accounts.contract.portfolio import PortfolioAccount

_SNIFFED_BYTES = 4096
_REPORTED_MONTH = re.compile(r"[_-]?(?:19|20)[0-9]{2}-[01][0-9](?:[_-].*)?\Z")


def read(
    path: Path, *, business_on: date | None = None, demo_customers: bool = False, pool: str | None = None
) -> Iterator[PortfolioAccount]:
    """The accounts of a JSON Lines, CSV or Schedule AL file, in the file's order and in constant memory.

    With `business_on`, every date moves by the months that make the file's last month the last full one before it; the
    file is then read twice. Without it, dates stay as reported. `demo_customers` attaches invented people to accounts
    that name none. `pool` names a published pool, by default the file's name without its month, so that later months
    of one pool meet the same accounts. Raises MalformedPortfolio, and OSError when the file cannot be opened.
    """
    months = 0
    if business_on is not None:
        latest = last_opening_on(_as_reported(path, pool=pool))
        months = months_to_shift(last_opening_on=latest, business_on=business_on) if latest else 0
    for account in _as_reported(path, pool=pool):
        moved = shifted(account, months=months)
        yield with_people(moved) if demo_customers else moved


def pool_named_by(path: Path) -> str:
    """The pool a file name speaks of: `ford_2017-A_2017-01.xml` is about `ford_2017-A`."""
    return _REPORTED_MONTH.sub("", path.stem) or path.stem


def _as_reported(path: Path, *, pool: str | None) -> Iterator[PortfolioAccount]:
    with path.open("rb") as stream:
        start = stream.read(_SNIFFED_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return read_schedule_al(path, pool=pool or pool_named_by(path))
    if start.startswith(b"{"):
        return read_json_lines(path)
    if path.suffix.lower() == ".csv" or b"source_ref" in start.partition(b"\n")[0]:
        return read_csv_table(path)
    raise MalformedPortfolio(
        place=Place(path), sentence="The file is neither Schedule AL XML, JSON Lines nor CSV with a source_ref column."
    )
