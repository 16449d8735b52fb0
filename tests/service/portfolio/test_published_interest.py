"""The interest that a real lender reported comes out when its loans are taken over and its payments posted."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from chassis.doors import Outcome
from deploy.ledger_check import check
from services.accounts.models import accounts, allocations
from tests.builders.accounts import accounts_service, payment_posted
from tests.builders.wiring import deliver
from tests.service.portfolio.published import (
    JANUARY,
    RealLoan,
    january_of,
    kept_loans,
    published_folder,
    published_loans,
)
from tests.service.portfolio.stage import Stage

CLEAN, TO_THE_CENT = 39, 29


def differences(stage: Stage, loans: dict[str, RealLoan], *, january: Path) -> dict[str, int]:
    """By asset number, the interest of the second month in our books less what the lender reported, in cents."""
    assert stage.take(january).created == len(loans)
    assert stage.refusals == []
    service = accounts_service(database=stage.accounts, clock=stage.clock, keys_folder=stage.keys)
    with stage.accounts.reading() as transaction:
        rows = transaction.all(select(accounts.c.id, accounts.c.source_ref))
    ids = {row["source_ref"].rpartition("/")[2]: str(row["id"]) for row in rows}
    for asset, loan in loans.items():
        posted = payment_posted(service, account_id=ids[asset], amount_cents=loan.paid_cents, effective_on=loan.paid_on)
        assert deliver(service.on_payment_posted, posted) == Outcome.DONE
    with stage.accounts.reading() as transaction:
        found = transaction.all(select(allocations.c.account_id, allocations.c.interest_cents))
    interest = {str(row["account_id"]): row["interest_cents"] for row in found}
    return {asset: interest[ids[asset]] - loan.interest_cents for asset, loan in loans.items()}


def kept(folder: Path) -> tuple[dict[str, RealLoan], Path]:
    loans = {f"L{number:03d}": loan for number, loan in enumerate(kept_loans(), start=1)}
    return loans, january_of(loans, folder=folder)


def published(_: Path) -> tuple[dict[str, RealLoan], Path]:
    folder = published_folder()
    assert folder is not None
    loans = published_loans(folder)
    assert list(loans.values()) == kept_loans()
    return loans, folder / JANUARY


# The files themselves are read wherever they are; the figures kept of them prove the same everywhere.
SOURCES = [kept, *([published] if published_folder() else [])]


@pytest.mark.parametrize("source", SOURCES)
def test_importing_one_month_and_posting_the_next_gives_the_reported_interest(
    stage: Stage, tmp_path: Path, source: Callable[[Path], tuple[dict[str, RealLoan], Path]]
) -> None:
    loans, january = source(tmp_path)
    off = differences(stage, loans, january=january)
    clean = [off[asset] for asset, loan in loans.items() if loan.is_clean]
    assert len(clean) == CLEAN
    # Lenders carry a fraction of a cent from payment to payment that no file holds.
    assert sum(cents == 0 for cents in clean) == TO_THE_CENT
    assert max(map(abs, clean)) <= 1
    assert check(stage.accounts) == []


def test_a_folder_that_is_named_holds_the_published_files() -> None:
    named = os.environ.get("CAPTIVE_SCHEDULE_AL")
    assert named is None or published_folder() is not None, f"{named} does not hold {JANUARY}"
