"""The one way into a portfolio file, whatever its form: accounts one by one, moved in time if asked."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from deploy.portfolio.csv_table import CSV_TABLE
from deploy.portfolio.errors import MalformedPortfolio, OnRefusal, Place, stop_at
from deploy.portfolio.forms import Form
from deploy.portfolio.json_lines import JSON_LINES
from deploy.portfolio.people import with_people
from deploy.portfolio.records import Placed
from deploy.portfolio.schedule_al import read_schedule_al
from deploy.portfolio.shift import Moved, OnMove, months_to_shift, shifted, unheard
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
    moved: OnMove = unheard,
) -> Iterator[Placed]:
    """The accounts of a JSON Lines, CSV or Schedule AL file, in the file's order and in constant memory.

    With `business_on`, every date moves by the months that make the file's last month the last full one before it: text
    is gone through twice for it, accounts of other forms wait in an unnamed file on disk. Without it, dates stay as
    reported.
    `demo_customers` attaches invented people to accounts that name none. `pool` names a published pool, by default the
    file's name without its month, so that later months of one pool meet the same accounts. A record that is wrong goes
    to `refused`. `moved` is told how far a file's dates move, if they do.
    Raises MalformedPortfolio for a file that cannot be read to its end, and OSError when it cannot be opened.
    """
    form = _form_of(path)
    if form is None:
        found = _of_schedule_al(path, business_on=business_on, pool=pool, refused=refused, moved=moved)
    else:
        found = _of_text(form, path, business_on=business_on, refused=refused, moved=moved)
    for placed in found:
        yield Placed(placed.place, with_people(placed.account)) if demo_customers else placed


def pool_named_by(path: Path) -> str:
    """The pool a file name speaks of: `ford_2017-A_2017-01.xml` is about `ford_2017-A`."""
    return _REPORTED_MONTH.sub("", path.stem) or path.stem


def _of_text(
    form: Form[Any], path: Path, *, business_on: date | None, refused: OnRefusal, moved: OnMove
) -> Iterator[Placed]:
    found = form.read(path, refused=refused)
    if business_on is None:
        return found
    months = _months_of(path, form.last_opening_on(path), business_on=business_on, moved=moved)
    return _shifted(found, months=months, refused=refused)


def _of_schedule_al(
    path: Path, *, business_on: date | None, pool: str | None, refused: OnRefusal, moved: OnMove
) -> Iterator[Placed]:
    found = read_schedule_al(path, pool=pool or pool_named_by(path), refused=refused)
    if business_on is None:
        return found
    return _shifted_later(path, found, business_on=business_on, refused=refused, moved=moved)


def _months_of(path: Path, latest_on: date, *, business_on: date, moved: OnMove) -> int:
    """How far a file is moved. Raises MalformedPortfolio where one record of a time to come would move all of it."""
    if latest_on == date.min:
        return 0
    months = months_to_shift(last_opening_on=latest_on, business_on=business_on)
    if months < 0:
        sentence = (
            f"The file's last month, {latest_on:%Y-%m}, is still to come, and every date would be moved by it. Correct "
            "the record that opens then, or keep the file's dates with --as-reported."
        )
        raise MalformedPortfolio(place=Place(path), sentence=sentence)
    if months:
        moved(Moved(latest_on, months))
    return months


def _shifted(found: Iterable[Placed], *, months: int, refused: OnRefusal) -> Iterator[Placed]:
    for placed in found:
        try:
            account = shifted(placed.account, months=months)
        except (ValueError, OverflowError):
            sentence = f"Moved by {months} months, as the file's last month is, a date leaves the calendar."
            refused(MalformedPortfolio(place=placed.place, sentence=sentence))
            continue
        yield Placed(placed.place, account)


def _shifted_later(
    path: Path, found: Iterable[Placed], *, business_on: date, refused: OnRefusal, moved: OnMove
) -> Iterator[Placed]:  # fmt: skip
    """For a form that is slow to read: it is read once, and waits on disk until its last month is known."""
    latest_on = date.min
    with Spool[Placed]() as spool:
        for placed in found:
            latest_on = max(latest_on, placed.account.opening.as_of_on)
            spool.add(placed)
        months = _months_of(path, latest_on, business_on=business_on, moved=moved)
        yield from _shifted(spool, months=months, refused=refused)


def _form_of(path: Path) -> Form[Any] | None:
    """The form of text that a file has, None for Schedule AL. Raises MalformedPortfolio where it is neither."""
    with path.open("rb") as stream:
        start = stream.read(_SNIFFED_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return None
    if start.startswith(b"{"):
        return JSON_LINES
    if path.suffix.lower() == ".csv" or b"source_ref" in start.partition(b"\n")[0]:
        return CSV_TABLE
    raise MalformedPortfolio(
        place=Place(path), sentence="The file is neither Schedule AL XML, JSON Lines nor CSV with a source_ref column."
    )
