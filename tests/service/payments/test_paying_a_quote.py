"""A payment may name a payoff quote: it may then be as large as the quote, and the ledger hears which one it means."""

from typing import Any

import pytest

from chassis.doors import Outcome
from chassis.errors import NeighbourSilent, NotFound, Refusal
from services.payments.contract.errors import AmountTooLarge, PayoffQuoteNotGood
from tests.builders.payments import A_QUOTE, ANOTHER_ACCOUNT
from tests.service.payments.counter import Counter

PAYOFF_TODAY_CENTS, QUOTED_CENTS = 1_240_457, 1_241_056
ANOTHER_QUOTE = "01900000-0000-7000-8000-00000000c002"


@pytest.fixture
def owing(counter: Counter) -> Counter:
    """A loan that $12,404.57 closes today, and a quote of $12,410.56 for a later day."""
    counter.accounts.opens(payoff_ceiling_cents=PAYOFF_TODAY_CENTS)
    counter.accounts.promises()
    return counter


def refused(counter: Counter, refusal: type[Refusal], **request: Any) -> Refusal:
    with pytest.raises(refusal) as found:
        counter.ask_to_pay(**{"amount_cents": QUOTED_CENTS, "quote_id": A_QUOTE, **request})
    assert found.value.money_moved == "no"
    assert counter.count("payments") == 0
    return found.value


def test_the_whole_quote_is_taken_although_less_is_owed_today_and_the_ledger_hears_of_it(owing: Counter) -> None:
    refused(owing, AmountTooLarge, quote_id=None)
    payment = owing.pay(amount_cents=QUOTED_CENTS, quote_id=A_QUOTE)
    assert owing.charge() is Outcome.DONE
    (posted,) = owing.told("payment_posted")
    assert (posted["payment_id"], posted["quote_id"]) == (payment["id"], A_QUOTE)


def test_more_than_the_quote_is_not(owing: Counter) -> None:
    refusal = refused(owing, AmountTooLarge, amount_cents=QUOTED_CENTS + 1)
    assert refusal.detail == "This account can take at most $12,410.56 now. Enter a smaller amount."


def test_nor_is_the_quote_twice(owing: Counter) -> None:
    owing.pay(amount_cents=QUOTED_CENTS, quote_id=A_QUOTE)
    with pytest.raises(AmountTooLarge, match=r"because \$12,410\.56 is already on its way"):
        owing.pay(amount_cents=QUOTED_CENTS, quote_id=A_QUOTE)


def test_what_was_paid_of_it_before_is_counted(owing: Counter) -> None:
    owing.accounts.opens(payoff_ceiling_cents=PAYOFF_TODAY_CENTS - 1_000_000)
    owing.accounts.promises(received_cents=1_000_000)
    refused(owing, AmountTooLarge, amount_cents=QUOTED_CENTS - 1_000_000 + 1)
    assert owing.pay(amount_cents=QUOTED_CENTS - 1_000_000, quote_id=A_QUOTE)["status"] == "submitting"


@pytest.mark.parametrize("status", ["withdrawn", "expired", "met"])
def test_a_quote_that_is_no_longer_good_is_refused_with_the_next_step(owing: Counter, status: str) -> None:
    owing.accounts.promises(status=status)
    assert "ask for a new payoff quote" in refused(owing, PayoffQuoteNotGood).detail


def test_a_quote_that_is_absent_or_of_another_account_is_not_found(owing: Counter) -> None:
    owing.accounts.promises(ANOTHER_QUOTE, account_id=ANOTHER_ACCOUNT)
    for quote_id in (ANOTHER_QUOTE, "01900000-0000-7000-8000-00000000c404", "no id"):
        with pytest.raises(NotFound):
            owing.ask_to_pay(quote_id=quote_id)
    assert owing.count("payments") == 0


def test_without_an_answer_about_the_quote_nothing_is_stored(owing: Counter) -> None:
    method = owing.add_bank_account()
    owing.accounts.failing = NeighbourSilent("accounts")
    with pytest.raises(NeighbourSilent):
        owing.ask_to_pay(quote_id=A_QUOTE, key="mine", payment_method_id=method)
    assert owing.count("payments") == owing.count("command_replies") == 0


def test_a_payment_without_a_quote_names_none(owing: Counter) -> None:
    owing.pay(amount_cents=41_235)
    owing.charge()
    assert "quote_id" not in owing.told("payment_posted")[0]
