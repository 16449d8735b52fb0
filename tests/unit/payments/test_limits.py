"""What an account can take."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.contract.schemas import STATUSES as ACCOUNT_STATUSES
from services.payments.contract.errors import AccountTakesNoPayments, AmountTooLarge
from services.payments.rules.limits import FINISHED_ACCOUNTS, can_take, may_still_arrive, refuse_unpayable

cents = st.integers(0, 10**9)


def a_standing(*, status: str = "open", payoff_ceiling_cents: int = 50_000) -> dict[str, Any]:
    return {"status": status, "payoff_ceiling_cents": payoff_ceiling_cents}


@given(ceiling=cents, pending=cents, amount=st.integers(100, 10**9))
def test_a_payment_passes_exactly_when_it_and_the_pending_ones_fit(ceiling: int, pending: int, amount: int) -> None:
    standing = a_standing(payoff_ceiling_cents=ceiling)
    assert can_take(standing=standing, pending_cents=pending, amount_cents=amount) is (pending + amount <= ceiling)


@pytest.mark.parametrize("status", sorted(FINISHED_ACCOUNTS))
def test_a_finished_account_takes_nothing(status: str) -> None:
    with pytest.raises(AccountTakesNoPayments):
        refuse_unpayable(standing=a_standing(status=status), pending_cents=0, amount_cents=100)


def test_every_status_of_accounts_is_open_or_finished() -> None:
    assert set(ACCOUNT_STATUSES) == {"open"} | set(FINISHED_ACCOUNTS)


def test_the_refusal_names_the_amount_that_would_pass() -> None:
    with pytest.raises(AmountTooLarge) as refused:
        refuse_unpayable(standing=a_standing(), pending_cents=20_000, amount_cents=30_001)
    assert refused.value.detail == (
        "This account can take at most $300.00 now, because $200.00 is already on its way. Enter a smaller amount."
    )


def test_the_refusal_says_when_nothing_is_left_to_pay() -> None:
    with pytest.raises(AmountTooLarge) as refused:
        refuse_unpayable(standing=a_standing(payoff_ceiling_cents=0), pending_cents=0, amount_cents=100)
    assert refused.value.detail == "Nothing is left to pay on this account now. No payment is needed."


@pytest.mark.parametrize(("seconds", "may"), [(0, True), (3.9, True), (4, False), (60, False)])
def test_a_cut_off_request_is_waited_for_four_seconds(seconds: float, may: bool) -> None:
    cut_off = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    assert may_still_arrive(unknown_at=cut_off, now=cut_off + timedelta(seconds=seconds)) is may
