"""A payment method is kept with the consent to store it where the company asks for one; cards may be off."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from services.payments.contract.errors import CardsNotAccepted, ConsentNotCurrent, ConsentRequired
from services.payments.rules.consents import PAYMENT_METHOD, TEXTS
from tests.builders.wiring import call
from tests.service.payments.counter import ADA, Counter

CONSENT = {"version": PAYMENT_METHOD}
CARD = {"type": "card", "processor_token": "tok_approved"}


def add(counter: Counter, **request: Any) -> dict[str, Any]:
    found: dict[str, Any] = call(counter.service.add_payment_method, request={**CARD, **request}, context=ADA)
    return found


def decides(counter: Counter, **changed: bool) -> None:
    """What the company decides about methods."""
    policy = counter.service.policy
    counter.service.policy = replace(policy, methods=replace(policy.methods, **changed))


def kept(counter: Counter) -> list[tuple[Any, ...]]:
    with counter.service.store.engine.begin() as connection:
        rows = connection.execute(text("SELECT consent_version, consent_text, consent_at FROM payment_methods"))
        return [tuple(row) for row in rows]


def test_the_consent_is_kept_word_for_word(counter: Counter) -> None:
    add(counter, consent=CONSENT)
    assert kept(counter) == [(PAYMENT_METHOD, TEXTS[PAYMENT_METHOD], counter.clock.now())]


def test_without_one_a_method_is_kept_where_the_company_asks_for_none(counter: Counter) -> None:
    add(counter)
    assert kept(counter) == [(None, None, None)]


def test_without_one_nothing_is_kept_where_the_company_asks_for_it(counter: Counter) -> None:
    decides(counter, requires_consent=True)
    with pytest.raises(ConsentRequired, match="consent_offer"):
        add(counter)
    assert kept(counter) == []
    add(counter, consent=CONSENT)
    assert len(kept(counter)) == 1


def test_the_text_that_is_in_force_is_the_one_that_is_offered(counter: Counter) -> None:
    with pytest.raises(ConsentNotCurrent):
        add(counter, consent={"version": "payment-method-2019-01"})
    offer = call(counter.service.list_payment_methods, request={}, context=ADA)["consent_offer"]
    assert offer == {"version": PAYMENT_METHOD, "text": TEXTS[PAYMENT_METHOD]}
    add(counter, consent={"version": offer["version"]})


def test_where_cards_are_off_a_bank_account_is_the_way(counter: Counter) -> None:
    decides(counter, accepts_cards=False)
    with pytest.raises(CardsNotAccepted, match="Add a bank account"):
        add(counter)
    assert counter.add_bank_account()
