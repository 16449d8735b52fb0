"""A card's fee: shown, agreed to, charged once with the payment, and never the account's money."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.payments.contract.errors import CardFeeNotAgreed, CardsNotAccepted
from services.payments.rules.card_fees import card_fees_of
from tests.builders.payments import A_POLICY, AN_ACCOUNT
from tests.builders.wiring import an_agent, ask_door, call, deliver, emitted
from tests.service.payments.counter import ADA, Counter
from tests.service.payments.processor_tells import TellingProcessor


@pytest.fixture
def texan(counter: Counter) -> Counter:
    """A company that asks $2.95 for a card in Texas, where the account is."""
    counter.service.policy = replace(A_POLICY, card_fees=card_fees_of("TX:295"))
    counter.accounts.opens(state="TX")
    return counter


def options(counter: Counter) -> Any:
    return call(counter.service.get_payment_options, request={"account_id": AN_ACCOUNT}, context=ADA)


def test_it_is_shown_before_paying(texan: Counter) -> None:
    assert (options(texan)["card_fee_cents"], options(texan)["cards_accepted"]) == (295, True)


def test_it_is_not_charged_to_whom_it_was_not_shown(texan: Counter) -> None:
    with pytest.raises(CardFeeNotAgreed) as refused:
        texan.pay(payment_method_id=texan.add_card())
    assert (refused.value.money_moved, texan.count("payments")) == ("no", 0)
    assert "$2.95" in refused.value.detail


def test_it_is_charged_with_the_payment_and_the_ledger_hears_of_the_amount_alone(texan: Counter) -> None:
    payment = texan.pay(payment_method_id=texan.add_card(), card_fee_cents=295)
    texan.charge()
    assert [charge["amount_cents"] for charge in texan.charges(payment)] == [41_530]
    found = texan.get(payment)
    assert (found["amount_cents"], found["card_fee_cents"]) == (41_235, 295)
    assert found["message"].startswith("Yes: $412.35 and the card fee of $2.95 was charged to your card ending in 4242")
    (posted,) = texan.told("payment_posted")
    assert (posted["amount_cents"], posted["card_fee_cents"]) == (41_235, 295)


def test_what_settles_is_the_amount_and_what_goes_back_as_a_whole_takes_the_fee_along(texan: Counter) -> None:
    payment = texan.pay(payment_method_id=texan.add_card(), card_fee_cents=295)
    texan.charge()
    TellingProcessor(texan).tells("charge.settled", {**payment, "amount_cents": 41_530})
    assert [told["amount_cents"] for told in texan.told("payment_settled")] == [41_235]
    request = {"payment_id": payment["id"], "reason": "Paid twice by mistake"}
    refund = ask_door(texan.service.refund_payment, request=request, context=an_agent(), key="refund").data
    deliver(texan.service.on_refund_requested, emitted(texan.service.store, name="refund_requested")[-1])
    assert [made["amount_cents"] for made in texan.sandbox.listed("refunds")] == [41_530]
    (told,) = texan.told("payment_refunded")
    assert (told["refund_id"], told["amount_cents"]) == (refund["id"], 41_235)


def test_a_bank_account_costs_nothing_nor_does_another_state(texan: Counter) -> None:
    assert texan.pay()["card_fee_cents"] == 0
    other = "01900000-0000-7000-8000-00000000a003"
    texan.accounts.opens(other, state="KS")
    ada = replace(ADA, accounts=(*ADA.accounts, replace(ADA.accounts[0], id=other)))
    card = texan.add_card(by=ada)
    paid = texan.pay(by=ada, account_id=other, payment_method_id=card)
    assert (paid["card_fee_cents"], UUID(paid["account_id"])) == (0, UUID(other))


def test_it_is_asked_for_where_the_account_was_known_before_its_state(texan: Counter) -> None:
    """An account of which only events have told: accounts is asked once, and never again."""
    texan.service.policy = A_POLICY
    texan.pay()
    with texan.service.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE account_standings SET state = NULL")
    texan.service.policy = replace(A_POLICY, card_fees=card_fees_of("TX:295"))
    card, asked = texan.add_card(), len(texan.accounts.asked)
    for _ in range(2):
        texan.pay(payment_method_id=card, card_fee_cents=295, amount_cents=1_000)
    assert len(texan.accounts.asked) == asked + 1


def test_a_card_that_is_kept_is_no_longer_charged_where_the_company_takes_none(counter: Counter) -> None:
    card = counter.add_card()
    counter.service.policy = replace(A_POLICY, methods=replace(A_POLICY.methods, accepts_cards=False))
    with pytest.raises(CardsNotAccepted):
        counter.pay(payment_method_id=card)
    assert options(counter)["cards_accepted"] is False
