"""The one way into a portfolio file, whatever its form: accounts one by one, moved in time if asked."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from deploy.portfolio.csv_table import read_csv_table
from deploy.portfolio.errors import MalformedPortfolio, OnRefusal, Place, stop_at
from deploy.portfolio.json_lines import read_json_lines
from deploy.portfolio.people import with_people
from deploy.portfolio.records import Placed
from deploy.portfolio.schedule_al import read_schedule_al
from deploy.portfolio.shift import months_to_shift, shifted
from deploy.portfolio.spool import Spool
from services.accounts.contract.portfolio import PortfolioAccount

_SNIFFED_BYTES = 4096
_REPORTED_MONTH = re.compile(r"[_-]?(?:19|20)[0-9]{2}-[01][0-9](?:[_-].*)?\Z")


def read(
    path: Path, *, business_on: date | None = None, demo_customers: bool = False, pool: str | None = None
) -> Iterator[PortfolioAccount]:
    """The accounts of a file that has to be whole. Raises MalformedPortfolio at the first record that is wrong."""
    for placed in read_placed(path, business_on=business_on, demo_customers=demo_customers, pool=pool):
        yield placed.account


def read_placed(
    path: Path,
    *,
    business_on: date | None = None,
    demo_customers: bool = False,
    pool: str | None = None,
    refused: OnRefusal = stop_at,
) -> Iterator[Placed]:
    """The accounts of a JSON Lines, CSV or Schedule AL file, in the file's order and in constant memory.

    With `business_on`, every date moves by the months that make the file's last month the last full one before it; the
    accounts then wait in an unnamed file on disk until that month is known. Without it, dates stay as reported.
    `demo_customers` attaches invented people to accounts that name none. `pool` names a published pool, by default the
    file's name without its month, so that later months of one pool meet the same accounts. A record that is wrong goes
    to `refused`. Raises MalformedPortfolio for a file that cannot be read to its end, and OSError when it cannot be
    opened.
    """
    found = _as_reported(path, pool=pool, refused=refused)
    if business_on is not None:
        found = _shifted(found, business_on=business_on)
    for placed in found:
        yield Placed(placed.place, with_people(placed.account)) if demo_customers else placed


def pool_named_by(path: Path) -> str:
    """The pool a file name speaks of: `ford_2017-A_2017-01.xml` is about `ford_2017-A`."""
    return _REPORTED_MONTH.sub("", path.stem) or path.stem


def _shifted(found: Iterable[Placed], *, business_on: date) -> Iterator[Placed]:
    latest_on = date.min
    with Spool[Placed]() as spool:
        for placed in found:
            latest_on = max(latest_on, placed.account.opening.as_of_on)
            spool.add(placed)
        months = months_to_shift(last_opening_on=latest_on, business_on=business_on)
        for placed in spool:
            yield Placed(placed.place, shifted(placed.account, months=months))


def _as_reported(path: Path, *, pool: str | None, refused: OnRefusal) -> Iterator[Placed]:
    with path.open("rb") as stream:
        start = stream.read(_SNIFFED_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return read_schedule_al(path, pool=pool or pool_named_by(path), refused=refused)
    if start.startswith(b"{"):
        return read_json_lines(path, refused=refused)
    if path.suffix.lower() == ".csv" or b"source_ref" in start.partition(b"\n")[0]:
        return read_csv_table(path, refused=refused)
    raise MalformedPortfolio(
        place=Place(path), sentence="The file is neither Schedule AL XML, JSON Lines nor CSV with a source_ref column."
    )
