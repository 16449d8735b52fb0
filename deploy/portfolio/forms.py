"""What the forms of text have in common: records that stand one after the other, and can be gone through twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar

from deploy.portfolio.errors import MalformedPortfolio, OnRefusal, Place
from deploy.portfolio.records import Placed
from services.accounts.contract.portfolio import PortfolioAccount

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Form(Generic[T]):
    """`records` are a file's, each at its place; `account` is what one describes, or MalformedPortfolio is raised.

    `opening_on` is the date of a record's opening as it stands there, at a glance; it may raise, and may be wrong where
    the record is.
    """

    records: Callable[[Path], Iterator[tuple[Place, T]]]
    account: Callable[[Place, T], PortfolioAccount]
    opening_on: Callable[[T], Any]

    def read(self, path: Path, *, refused: OnRefusal) -> Iterator[Placed]:
        """The accounts of a file; a record that is none is refused, and the next one read."""
        for place, record in self.records(path):
            try:
                account = self.account(place, record)
            except MalformedPortfolio as refusal:
                refused(refusal)
                continue
            yield Placed(place, account)

    def last_opening_on(self, path: Path) -> date:
        """The latest opening of the accounts of a file, date.min where there are none.

        Only records that may move it are read whole: of a file of one month that is the first one.
        """
        latest_on = date.min
        for place, record in self.records(path):
            if self._may_be_after(latest_on, record):
                try:
                    latest_on = max(latest_on, self.account(place, record).opening.as_of_on)
                except MalformedPortfolio:
                    continue
        return latest_on

    def _may_be_after(self, latest_on: date, record: T) -> bool:
        try:
            return date.fromisoformat(self.opening_on(record)) > latest_on
        except Exception:  # noqa: BLE001 - whoever reads it whole will say what is wrong with it, or that nothing is
            return True
