"""Moving a whole portfolio in time by whole months, so that old files look like last month's."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from deploy.portfolio.months import add_months, months_between
from services.accounts.contract.portfolio import PortfolioAccount
from services.accounts.contract.terms import Terms


@dataclass(frozen=True, slots=True)
class Moved:
    """A whole file is moved by `months`, because its last month is that of `last_opening_on`."""

    last_opening_on: date
    months: int

    def __str__(self) -> str:
        way = "forward" if self.months > 0 else "back"
        by = f"{abs(self.months)} month{'' if abs(self.months) == 1 else 's'} {way}"
        return f"every date is moved {by}: the file's last month is {self.last_opening_on:%Y-%m}"


OnMove = Callable[[Moved], None]


def unheard(_: Moved) -> None:
    """For whoever does not tell it."""


def months_to_shift(*, last_opening_on: date, business_on: date) -> int:
    """How many months bring the last reported month to the last full one before the business date."""
    return months_between(start=last_opening_on, end=business_on)


def shifted(account: PortfolioAccount, *, months: int) -> PortfolioAccount:
    """The account some months later: every date moves, no amount and no model year does."""
    if months == 0:
        return account
    opening = account.opening
    return replace(
        account,
        opened_on=add_months(on=account.opened_on, months=months) if account.opened_on else None,
        closed_on=add_months(on=account.closed_on, months=months) if account.closed_on else None,
        terms=_shifted_terms(account.terms, months=months),
        opening=replace(
            opening,
            as_of_on=add_months(on=opening.as_of_on, months=months),
            interest_paid_through_on=add_months(on=opening.interest_paid_through_on, months=months),
        ),
    )


def _shifted_terms(terms: Terms, *, months: int) -> Terms:
    # A first due date clamped to a short month goes back to its due day in a longer one.
    on_due_day = add_months(on=terms.first_due_on, months=0, day=terms.due_day) == terms.first_due_on
    day = terms.due_day if on_due_day else None
    return replace(terms, first_due_on=add_months(on=terms.first_due_on, months=months, day=day))
