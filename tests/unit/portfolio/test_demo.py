"""The demo's accounts keep their promise whatever day it is."""

from datetime import date, timedelta
from functools import cache

import pytest
from phonenumbers import is_valid_number, parse

from deploy.portfolio.demo import demo_portfolio
from services.accounts.contract.portfolio import PortfolioAccount
from services.accounts.rules.engine import replay
from services.accounts.rules.standing import Standing, standing
from services.accounts.rules.state import Payment

DAYS = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(400)]
LEAP_DAYS = [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]


def standing_of(account: PortfolioAccount, *, on: date, paid_cents: int = 0) -> Standing:
    payments = [Payment(source_key="payment", effective_on=on, amount_cents=paid_cents)] if paid_cents else []
    state = replay(terms=account.terms, opening=account.opening, payments=payments)
    return standing(terms=account.terms, state=state, on=on)


def demo_account(number: str, *, on: date) -> PortfolioAccount:
    return next(account for account in accounts_on(on) if account.account_number == number)


@cache
def accounts_on(on: date) -> tuple[PortfolioAccount, ...]:
    return tuple(demo_portfolio(on=on))


@pytest.mark.parametrize("number", ["KFA-1000001", "KFA-2000002", "KFA-2000003"])
def test_a_current_account_owes_exactly_its_coming_instalment(number: str) -> None:
    for on in DAYS + LEAP_DAYS:
        account = demo_account(number, on=on)
        found = standing_of(account, on=on)
        assert (found.days_past_due, found.past_due_cents, found.fees_due_cents) == (0, 0, 0)
        assert found.amount_due_cents == account.terms.payment_cents
        assert found.next_due_on is not None
        assert 9 <= (found.next_due_on - on).days <= 12


def test_marias_lease_is_past_due_beyond_its_grace_in_its_last_months_until_it_is_paid() -> None:
    for on in DAYS + LEAP_DAYS:
        account = demo_account("KFA-2000001", on=on)
        found = standing_of(account, on=on)
        assert found.past_due_cents == 48_240
        assert account.terms.grace_days < found.days_past_due <= 21
        assert 60 <= (found.maturity_on - on).days <= 80
        paid = standing_of(account, on=on, paid_cents=found.past_due_cents)
        assert (paid.past_due_cents, paid.days_past_due) == (0, 0)


def test_the_late_loan_is_two_instalments_past_due_with_a_fee() -> None:
    for on in DAYS + LEAP_DAYS:
        account = demo_account("KFA-1000002", on=on)
        found = standing_of(account, on=on)
        assert found.past_due_cents == 2 * account.terms.payment_cents
        assert 46 <= found.days_past_due <= 53
        assert found.fees_due_cents == 1_889  # 5 % of an instalment of $377.95, rounded down
        assert standing_of(account, on=on, paid_cents=found.amount_due_cents).days_past_due == 0


def test_the_loan_paid_ahead_owes_nothing_for_two_months() -> None:
    for on in DAYS + LEAP_DAYS:
        found = standing_of(demo_account("KFA-1000003", on=on), on=on)
        assert (found.amount_due_cents, found.past_due_cents) == (0, 0)
        assert found.next_due_on is not None
        assert found.next_due_on > on + timedelta(days=59)


def test_the_nearly_paid_loan_ends_with_one_odd_payment() -> None:
    for on in DAYS + LEAP_DAYS:
        account = demo_account("KFA-1000004", on=on)
        found = standing_of(account, on=on)
        assert found.amount_due_cents == found.payoff_ceiling_cents
        assert 0 < found.next_instalment_cents != account.terms.payment_cents
        paid = standing_of(account, on=on, paid_cents=found.amount_due_cents)
        assert (paid.principal_balance_cents, paid.payoff_ceiling_cents, paid.unapplied_cents) == (0, 0, 0)


def test_the_current_lease_is_in_its_last_months() -> None:
    for on in DAYS + LEAP_DAYS:
        assert 65 <= (standing_of(demo_account("KFA-2000003", on=on), on=on).maturity_on - on).days <= 75


def test_no_account_opens_after_the_date_it_is_shown_on() -> None:
    for on in DAYS + LEAP_DAYS:
        assert all(account.opening.as_of_on < on for account in accounts_on(on))


def test_maria_can_be_found_by_what_she_types() -> None:
    accounts = [demo_account(number, on=DAYS[0]) for number in ("KFA-1000001", "KFA-2000001")]
    for account in accounts:
        (maria,) = account.parties
        assert (maria.first_name, maria.last_name, maria.ssn_last4) == ("Maria", "Alvarez", "4821")
        assert (maria.phone, maria.sms_consent) == ("+12145550142", True)
    assert "4821" not in repr(accounts[0])


def test_every_demo_account_is_unique_and_every_phone_valid() -> None:
    accounts = demo_portfolio(on=DAYS[0])
    assert len({account.source_ref for account in accounts}) == len({a.account_number for a in accounts}) == 7
    assert all(is_valid_number(parse(party.phone)) for account in accounts for party in account.parties)
