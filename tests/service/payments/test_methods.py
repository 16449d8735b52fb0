"""Payment methods: whose they are, what is shown of them, and what must never be kept."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import text

from chassis.errors import NotFound, VendorDown
from chassis.keys import FieldCipher, add_secret_key
from services.payments.contract.errors import CardExpired, CardNumberRefused, CardTokenUnknown
from tests.builders.wiring import an_agent, ask_door, call
from tests.service.payments.counter import ADA, BEN, Counter

CARD = "4111111111111111"


def methods_of(counter: Counter, *, by: Any = ADA, **page: Any) -> dict[str, Any]:
    found: dict[str, Any] = call(counter.service.list_payment_methods, request=page, context=by)
    return found


class TestABankAccount:
    def test_is_shown_by_its_last_four(self, counter: Counter) -> None:
        counter.add_bank_account("000123456789")
        (method,) = methods_of(counter)["data"]
        assert {name: method[name] for name in method if name not in ("id", "created_at")} == {
            "type": "bank_account",
            "last4": "6789",
            "debits_from_on": None,
            "account_type": "checking",
            "holder_name": "Ada Lovelace",
            "brand": None,
            "exp_month": None,
            "exp_year": None,
            "disabled_because": None,
        }

    def test_is_kept_encrypted_and_bound_to_its_row(self, counter: Counter) -> None:
        method = counter.add_bank_account("000123456789")
        counter.pay(payment_method_id=method)
        counter.charge()
        with counter.service.store.engine.begin() as connection:
            stored = connection.execute(text("SELECT account_number_encrypted FROM payment_methods")).scalar_one()
        assert counter.service.cipher.decrypt(stored, bound_to=method) == "000123456789"
        with pytest.raises(InvalidTag):
            counter.service.cipher.decrypt(stored, bound_to="another row")
        assert "000123456789" not in counter.everything_stored()

    def test_added_by_staff_is_not_written_into_the_audit(self, counter: Counter) -> None:
        counter.add_bank_account("000123456789", by=an_agent())
        assert counter.count("audit_log") == 1
        assert "000123456789" not in counter.everything_stored()

    def test_can_be_read_after_the_keys_have_rotated(self, counter: Counter, tmp_path: Path) -> None:
        add_secret_key(folder=tmp_path, purpose="fields-payments")
        counter.service.cipher = FieldCipher(folder=tmp_path, purpose="fields-payments")
        payment = counter.pay()
        add_secret_key(folder=tmp_path, purpose="fields-payments")
        counter.service.cipher = FieldCipher(folder=tmp_path, purpose="fields-payments")
        counter.charge()
        assert counter.get(payment)["status"] == "posted"


class TestACard:
    def test_is_described_by_the_processor(self, counter: Counter) -> None:
        card = {"number": "4242424242424242", "exp_month": 4, "exp_year": 2031}
        token = counter.sandbox.post("/processor/tokens", {"card": card}).json()["token"]
        counter.add_card(token)
        (method,) = methods_of(counter)["data"]
        shown = ("type", "brand", "last4", "exp_month", "exp_year", "account_type")
        assert tuple(method[name] for name in shown) == ("card", "visa", "4242", 4, 2031, None)

    def test_with_a_token_that_the_processor_does_not_know_is_refused(self, counter: Counter) -> None:
        with pytest.raises(CardTokenUnknown):
            counter.add_card("tok_of_somebody")
        assert methods_of(counter)["data"] == []

    def test_that_has_expired_is_refused(self, counter: Counter) -> None:
        card = {"number": "4242424242424242", "exp_month": 11, "exp_year": 2031}
        token = counter.sandbox.post("/processor/tokens", {"card": card}).json()["token"]
        counter.clock.move_to(counter.clock.now(), today=date(2031, 11, 30))
        counter.add_card(token)
        counter.clock.move_to(counter.clock.now(), today=date(2031, 12, 1))
        with pytest.raises(CardExpired):
            counter.add_card(token)

    def test_waits_while_the_processor_cannot_be_asked(self, counter: Counter) -> None:
        counter.sandbox.fault("processor", "down")
        with pytest.raises(VendorDown):
            counter.add_card()


class TestACardNumber:
    @pytest.mark.parametrize("by", [ADA, an_agent()])
    @pytest.mark.parametrize(
        "request_",
        [
            {"type": "card", "processor_token": CARD},
            {"type": "card", "number": CARD, "cvc": "123"},
            {
                "type": "bank_account",
                "routing_number": "110000000",
                "account_number": "000123456789",
                "account_type": "checking",
                "holder_name": f"Ada {CARD}",
            },
        ],
    )
    def test_is_refused_and_kept_nowhere(self, counter: Counter, by: Any, request_: dict[str, Any]) -> None:
        with pytest.raises(CardNumberRefused) as refused:
            ask_door(counter.service.add_payment_method, request=request_, context=by, key="mine")
        assert CARD not in str(refused.value.as_data())
        assert CARD not in counter.everything_stored()
        assert counter.count("command_replies") == counter.count("payment_methods") == 0


class TestMethods:
    def test_are_those_of_the_customer_newest_first(self, counter: Counter) -> None:
        older = counter.add_bank_account()
        counter.clock.move_to(counter.clock.now() + timedelta(seconds=1), today=counter.clock.today())
        newer = counter.add_card()
        counter.add_bank_account(by=BEN)
        assert [method["id"] for method in methods_of(counter)["data"]] == [newer, older]

    def test_are_given_in_pages_that_miss_and_repeat_nothing(self, counter: Counter) -> None:
        mine = {counter.add_bank_account() for _ in range(5)}
        first = methods_of(counter, limit=2)
        counter.clock.move_to(counter.clock.now() + timedelta(seconds=1), today=counter.clock.today())
        counter.add_bank_account()
        second = methods_of(counter, limit=2, cursor=first["next_cursor"])
        third = methods_of(counter, limit=2, cursor=second["next_cursor"])
        seen = [method["id"] for page in (first, second, third) for method in page["data"]]
        assert len(seen) == len(set(seen)) == 5
        assert set(seen) == mine
        assert third["next_cursor"] is None

    def test_are_gone_when_removed_and_cannot_be_removed_twice(self, counter: Counter) -> None:
        method = counter.add_bank_account()
        call(counter.service.remove_payment_method, request={"payment_method_id": method}, context=ADA)
        assert methods_of(counter)["data"] == []
        with pytest.raises(NotFound):
            call(counter.service.remove_payment_method, request={"payment_method_id": method}, context=ADA)

    def test_of_another_customer_cannot_be_removed(self, counter: Counter) -> None:
        method = counter.add_bank_account(by=BEN)
        with pytest.raises(NotFound):
            call(counter.service.remove_payment_method, request={"payment_method_id": method}, context=ADA)
        assert len(methods_of(counter, by=BEN)["data"]) == 1

    def test_are_added_once_for_one_key(self, counter: Counter) -> None:
        request = {"type": "card", "processor_token": "tok_approved"}
        replies = [
            ask_door(counter.service.add_payment_method, request=request, context=ADA, key="mine") for _ in range(2)
        ]
        assert [reply.replayed for reply in replies] == [False, True]
        assert len(methods_of(counter)["data"]) == 1
