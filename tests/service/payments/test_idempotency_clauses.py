"""One request, one payment: the twelve clauses of an idempotency key, from the HTTP door to the processor.

The gateway's application stands before the real payments service, on its database, with the sandbox behind it.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from chassis import idempotency
from chassis.doors import Outcome
from chassis.home import prune
from gateway.api import examples
from gateway.errors import KEPT
from tests.builders.wiring import a_customer, ask_door, call, deliver, direct, emitted
from tests.fixtures.dying import dies_at
from tests.service.payments.counter import Counter
from tests.unit.gateway.builders import Gateway, HttpAnswer, a_gateway

PAY = f"/v1/accounts/{examples.ACCOUNT_ID}/payments"
OWNER = a_customer(user_id=examples.USER_ID, accounts=(examples.ACCOUNT_ID,))
PAIRS = 1_000 if os.environ.get("CAPTIVE_TEST_FULL") else 40
PAIRS_OF_ONE = 10


class Shop:
    """The owner's HTTP requests to pay; the method is on record."""

    def __init__(self, counter: Counter) -> None:
        counter.accounts.opens(examples.ACCOUNT_ID)
        self.counter = counter
        self.gateway: Gateway = a_gateway(clock=counter.clock, real={"payments": direct(counter.service)})
        self.method = counter.add_bank_account(by=OWNER)

    def pay(self, key: str | None = "mine", *, token: str = "", **changed: Any) -> HttpAnswer:
        body = {"amount_cents": 41_235, "payment_method_id": self.method, "pay_anyway": True, **changed}
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.gateway.post(PAY, body, headers=headers, token=token)

    def charge_all(self) -> list[Outcome]:
        """What the bus does with every payment_submitted."""
        service = self.counter.service
        submitted = emitted(service.store, name="payment_submitted")
        return [deliver(service.on_payment_submitted, envelope) for envelope in submitted]

    def taken(self) -> list[str]:
        """The keys of all charges that the processor holds."""
        return [charge["key"] for charge in self.counter.sandbox.listed("charges", limit=1_000)]


@pytest.fixture
def shop(counter: Counter) -> Shop:
    return Shop(counter)


def test_1_a_missing_key_is_refused(shop: Shop) -> None:
    answer = shop.pay(None)
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_required")
    assert (answer.json["money_moved"], shop.counter.count("payments")) == ("no", 0)


def test_2_the_same_key_and_body_is_the_same_payment(shop: Shop) -> None:
    first, again = shop.pay(), shop.pay()
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.json["id"], shop.counter.count("payments")) == (first.json["id"], 1)


def test_3_a_replay_is_marked(shop: Shop) -> None:
    assert "Idempotent-Replayed" not in shop.pay().headers
    assert shop.pay().headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("changed", [{"amount_cents": 41_236}, {"extra": "principal"}, {"on": "2026-12-04"}])
def test_4_another_body_under_the_key_is_refused(shop: Shop, changed: dict[str, Any]) -> None:
    shop.pay()
    answer = shop.pay(**changed)
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")
    assert shop.counter.count("payments") == 1


def test_5_another_route_under_the_key_is_refused(shop: Shop) -> None:
    shop.pay()
    body = {"type": "card", "processor_token": "tok_approved"}
    answer = shop.gateway.post("/v1/payment-methods", body, headers={"Idempotency-Key": "mine"})
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")


def test_6_another_customer_with_the_same_key_is_independent(shop: Shop) -> None:
    co_borrower = a_customer(user_id="01900000-0000-7000-8000-0000000000c0", accounts=(examples.ACCOUNT_ID,))
    theirs = shop.counter.add_bank_account(by=co_borrower)
    mine = shop.pay()
    other = shop.pay(token=shop.gateway.token(sub=co_borrower.subject), payment_method_id=theirs)
    assert (other.status_code, "Idempotent-Replayed" in other.headers) == (201, False)
    assert mine.json["id"] != other.json["id"]


def test_7_a_key_that_is_being_worked_on_is_told_so(shop: Shop) -> None:
    with shop.counter.service.store.housekeeping() as connection:
        idempotency.lock(connection, principal=OWNER.subject, key="mine")
        answer = shop.pay()
    assert (answer.status_code, answer.json["code"]) == (409, "request_in_progress")
    assert (answer.headers["Retry-After"], answer.json["money_moved"]) == ("1", "unknown")
    assert shop.pay().status_code == 201


def test_8_fifty_at_once_are_one_payment(shop: Shop) -> None:
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: shop.pay(), range(50)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json["id"] for answer in answers if answer.status_code == 201}) == 1
    shop.charge_all()
    assert len(shop.taken()) == shop.counter.count("payments") == 1


def test_9_a_request_of_the_wrong_shape_leaves_its_key_free(shop: Shop) -> None:
    wrong = shop.pay(amount_cents="41235")
    assert (wrong.status_code, KEPT in wrong.json["detail"]) == (422, False)
    assert shop.pay().status_code == 201


def test_10_a_refusal_by_a_rule_is_the_answer_for_good(shop: Shop) -> None:
    shop.counter.accounts.opens(examples.ACCOUNT_ID, payoff_ceiling_cents=100)
    first = shop.pay()
    shop.counter.accounts.opens(examples.ACCOUNT_ID)
    again = shop.pay()
    assert (first.status_code, again.status_code) == (422, 422)
    assert first.json["code"] == again.json["code"] == "amount_too_large"
    assert ["Idempotent-Replayed" in answer.headers for answer in (first, again)] == [False, True]
    assert shop.counter.count("payments") == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount_cents": 10**9}, "amount_too_large"),
        ({"amount_cents": 50}, "amount_too_small"),
        ({"on": "2020-01-01"}, "payment_date_not_possible"),
        ({"payment_method_id": examples.METHOD_ID}, "not_found"),
        ({"card_fee_cents": 300}, "card_fee_not_agreed"),
    ],
)
def test_10_every_such_refusal_says_that_its_key_is_used_and_a_new_one_is_free(
    shop: Shop, changed: dict[str, Any], code: str
) -> None:
    first, again = shop.pay(**changed), shop.pay(**changed)
    assert (first.json["code"], again.json["code"]) == (code, code)
    assert first.json["detail"] == again.json["detail"]
    assert first.json["detail"].endswith(KEPT)
    assert shop.pay("another").status_code == 201


class TestACrash:
    """A process is killed, the customer sends the same request again, and is charged once."""

    def dies(self, shop: Shop, *, at: str, work: Callable[[], Any]) -> None:
        dies_at(at, database=shop.counter.service.store, work=work)

    @pytest.mark.parametrize("point", ["command.before_commit", "command.after_commit"])
    def test_11_before_the_charge_is_made_good_by_the_retry(self, shop: Shop, point: str) -> None:
        self.dies(shop, at=point, work=shop.pay)
        answer = shop.pay()
        assert (answer.status_code, answer.json["status"]) == (201, "submitting")
        shop.charge_all()
        assert shop.taken() == [answer.json["id"]]

    @pytest.mark.parametrize("point", ["vendor.before_call", "vendor.after_call"])
    def test_12_between_charge_and_answer_is_answered_with_its_true_state(self, shop: Shop, point: str) -> None:
        paid = shop.pay().json
        self.dies(shop, at=point, work=shop.charge_all)
        assert deliver(
            shop.counter.service.on_payment_submitted, shop.counter.submitted(), again=True
        ) is Outcome.DONE  # fmt: skip
        answer = shop.pay()
        assert (answer.status_code, answer.json["id"], answer.json["status"]) == (201, paid["id"], "posted")
        assert answer.headers["Idempotent-Replayed"] == "true"
        assert shop.taken() == [paid["id"]]


def test_a_key_is_kept_seven_days_and_then_free(shop: Shop) -> None:
    first = shop.pay().json["id"]
    for days, is_free in ((6, False), (2, True)):
        with shop.counter.service.store.housekeeping() as connection:
            connection.execute(text(f"UPDATE command_replies SET created_at = created_at - interval '{days} days'"))
            prune(connection)
        assert (shop.pay().json["id"] != first) is is_free


def test_of_each_racing_pair_the_processor_sees_one_charge(shop: Shop) -> None:
    """Two requests and two deliveries for each key, all at once; no customer sends more than the limits allow."""
    shop.counter.accounts.opens(examples.ACCOUNT_ID, payoff_ceiling_cents=10**9)
    service = shop.counter.service
    payers = []
    for number in range(0, PAIRS, PAIRS_OF_ONE):
        payer = a_customer(user_id=f"01900000-0000-7000-8000-{number:012d}", accounts=(examples.ACCOUNT_ID,))
        payers.append((shop.gateway.token(sub=payer.subject), shop.counter.add_bank_account(by=payer)))

    def send(number: int) -> str:
        """As a client does: the same request with the same key, until it is answered."""
        pair = number // 2
        token, method = payers[pair // PAIRS_OF_ONE]
        while True:
            reply = shop.pay(f"pair-{pair}", token=token, amount_cents=100 + pair, payment_method_id=method)
            if reply.status_code == 201:
                return str(reply.json["id"])
            assert reply.status_code in (409, 503), reply.json
            time.sleep(0.01)

    with ThreadPoolExecutor(16) as pool:
        answered = list(pool.map(send, range(2 * PAIRS)))
        submitted = emitted(service.store, name="payment_submitted")
        lease = {"ERRAND_LEASE_SECONDS": 15.0}
        list(
            pool.map(
                lambda envelope: deliver(service.on_payment_submitted, envelope, settings=lease),
                [envelope for envelope in submitted for _ in range(2)],
            )
        )
    assert all(answered[pair] == answered[pair + 1] for pair in range(0, 2 * PAIRS, 2))
    assert shop.counter.count("payments") == len(submitted) == PAIRS
    assert sorted(shop.taken()) == sorted(str(envelope.data["payment_id"]) for envelope in submitted)


def test_two_requests_with_keys_of_their_own_are_two_payments(shop: Shop) -> None:
    ids = {
        ask_door(
            shop.counter.service.submit_payment, context=OWNER, key=key,
            request={
                "account_id": examples.ACCOUNT_ID, "amount_cents": 100, "payment_method_id": shop.method,
                "pay_anyway": True,
            },
        ).data["id"]
        for key in ("one", "two")
    }  # fmt: skip
    assert len(ids) == 2
    listed = {"account_id": examples.ACCOUNT_ID}
    assert {row["id"] for row in call(shop.counter.service.list_payments, request=listed, context=OWNER)["data"]} == ids
