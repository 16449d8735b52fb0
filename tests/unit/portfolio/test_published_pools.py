"""Every open account of the published sample pools, where they are present, can be taken over and paid off."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from deploy.portfolio.reading import read
from services.accounts.contract.portfolio import PortfolioAccount
from services.accounts.rules.engine import replay
from services.accounts.rules.standing import standing
from services.accounts.rules.state import Payment
from tests.service.portfolio.published import published_folder

SAMPLES = published_folder() or Path("absent")
FILES = sorted(SAMPLES.glob("*.xml"))
OPEN_ACCOUNTS = {
    "amcar_2023-1_2026-06_ex102_excerpt.xml": 1,
    "calrepublic_2017-1_2017-02.xml": 6,
    "ford_2017-A_2017-01.xml": 40,
    "ford_2017-A_2017-02.xml": 40,
    "ford_lease_2017-A_2017-02.xml": 1,
    "hyundai_2017-A_2017-02.xml": 26,
    "santander_2017-1_2017-01.xml": 40,
    "toyota_2017-A_2017-01.xml": 2,
}

pytestmark = pytest.mark.skipif(not FILES, reason="the published sample pools are not on this machine")


def open_accounts(path: Path, *, business_on: date | None = None) -> list[PortfolioAccount]:
    return [account for account in read(path, business_on=business_on) if account.status == "open"]


def assert_payable(account: PortfolioAccount, *, on: date) -> None:
    """One instalment's worth of money counts, then whatever closes the account leaves nothing."""
    terms, opening = account.terms, account.opening
    instalment = Payment(source_key="payment:1", effective_on=on, amount_cents=terms.payment_cents)
    state = replay(terms=terms, opening=opening, payments=[instalment])
    assert sum(a.amount_cents for a in state.allocations) == terms.payment_cents
    later = on + timedelta(days=33)
    closing_cents = standing(terms=terms, state=state, on=later).payoff_ceiling_cents
    if closing_cents:
        closing = Payment(source_key="payment:2", effective_on=later, amount_cents=closing_cents)
        state = replay(terms=terms, opening=opening, payments=[instalment, closing])
    found = standing(terms=terms, state=state, on=later)
    assert (found.past_due_cents, found.amount_due_cents, found.fees_due_cents) == (0, 0, 0)
    if account.product == "loan":
        assert found.principal_balance_cents == 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_open_account_is_payable(path: Path) -> None:
    accounts = open_accounts(path)
    assert len(accounts) == OPEN_ACCOUNTS.get(path.name, len(accounts))
    for account in accounts:
        assert_payable(account, on=account.opening.as_of_on)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_open_account_is_payable_after_moving_in_time(path: Path) -> None:
    business_on = date(2026, 11, 23)
    for account in open_accounts(path, business_on=business_on):
        assert account.opening.as_of_on == date(2026, 11, 1)
        assert_payable(account, on=business_on)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_account_has_a_key_of_its_own(path: Path) -> None:
    accounts = list(read(path))
    assert len({account.source_ref for account in accounts}) == len(accounts)
    assert len({account.account_number for account in accounts}) == len(accounts)


def test_two_months_of_one_pool_speak_of_the_same_accounts() -> None:
    january, february = (
        {account.source_ref for account in read(SAMPLES / f"ford_2017-A_2017-{month}.xml")} for month in ("01", "02")
    )
    assert january == february
