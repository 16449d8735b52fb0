"""Payments that wait are charged beside one another, and each of them keeps its own promise."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from chassis.doors import Outcome
from chassis.events import Envelope
from tests.builders.wiring import deliver_together, emitted
from tests.fixtures.dying import dies_at
from tests.service.payments.counter import APPROVED_ACCOUNT, CLOSED_ACCOUNT, TIMES_OUT_CHARGED, Counter

DONE, DUPLICATE, UNKNOWN, WAITING = Outcome.DONE, Outcome.DUPLICATE, Outcome.UNKNOWN, Outcome.WAITING
PAID = 4


def payments_that_wait(counter: Counter, *, number: int = PAID) -> list[str]:
    method = counter.add_bank_account()
    return [counter.pay(amount_cents=10_000 + each, payment_method_id=method)["id"] for each in range(number)]


def submitted(counter: Counter) -> list[Envelope]:
    return emitted(counter.service.store, name="payment_submitted")


def charge_together(counter: Counter, events: Sequence[Envelope] | None = None) -> list[Outcome]:
    # Longer than it takes: nobody else takes over meanwhile.
    settings = {"ERRAND_LEASE_SECONDS": 15.0}
    return deliver_together(counter.service.on_payment_submitted, events or submitted(counter), settings=settings)


def statuses(counter: Counter, ids: Sequence[str]) -> list[str]:
    return [counter.get({"id": payment_id})["status"] for payment_id in ids]


def charges(counter: Counter, ids: Sequence[str]) -> list[int]:
    return [len(counter.charges({"id": payment_id})) for payment_id in ids]


def test_each_is_charged_once_and_told_on_account_of_its_own_event(counter: Counter) -> None:
    ids = payments_that_wait(counter)

    assert charge_together(counter) == [DONE] * PAID
    assert charge_together(counter) == [DUPLICATE] * PAID

    assert (statuses(counter, ids), charges(counter, ids)) == (["posted"] * PAID, [1] * PAID)
    causes = {event.id: event.data["payment_id"] for event in submitted(counter)}
    told = emitted(counter.service.store, name="payment_posted")
    assert sorted(event.data["payment_id"] for event in told) == sorted(ids)
    assert all(event.causation_id and causes[event.causation_id] == event.data["payment_id"] for event in told)


def test_the_same_event_twice_in_one_handful_is_charged_once(counter: Counter) -> None:
    ids = payments_that_wait(counter, number=1)
    assert sorted(charge_together(counter, submitted(counter) * 2)) == [DONE, DUPLICATE]
    assert charges(counter, ids) == [1]


def test_one_declined_and_one_without_an_answer_do_not_keep_the_others(counter: Counter) -> None:
    posted = payments_that_wait(counter, number=2)
    declined = counter.pay(payment_method_id=counter.add_bank_account(CLOSED_ACCOUNT))["id"]
    silent = counter.pay(payment_method_id=counter.add_bank_account(TIMES_OUT_CHARGED))["id"]

    assert charge_together(counter) == [DONE, DONE, DONE, UNKNOWN]

    assert statuses(counter, [*posted, declined, silent]) == ["posted", "posted", "declined", "unknown"]
    assert [event.data["payment_id"] for event in emitted(counter.service.store, name="payment_declined")] == [declined]


def test_one_that_is_not_on_record_does_not_keep_the_others(counter: Counter) -> None:
    ids = payments_that_wait(counter)
    with counter.service.store.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM payments WHERE id = '{ids[1]}'")

    assert charge_together(counter) == [DONE, Outcome.RETRYING, DONE, DONE]
    assert statuses(counter, [ids[0], *ids[2:]]) == ["posted"] * 3


@pytest.mark.parametrize(
    ("number", "status", "outcomes", "found"),
    [
        (APPROVED_ACCOUNT, "posted", [Outcome.RETRYING, DONE, UNKNOWN], ["submitting", "posted", "unknown"]),
        (TIMES_OUT_CHARGED, "unknown", [UNKNOWN, DONE, UNKNOWN], ["submitting", "posted", "unknown"]),
    ],
)
def test_one_that_cannot_be_recorded_does_not_keep_the_others(
    counter: Counter, number: str, status: str, outcomes: list[Outcome], found: list[str]
) -> None:
    """Whether the one without an answer is still with the processor then, or came back in the same moment."""
    poison = counter.pay(payment_method_id=counter.add_bank_account(number))["id"]
    posted = payments_that_wait(counter, number=1)
    silent = counter.pay(payment_method_id=counter.add_bank_account(TIMES_OUT_CHARGED))["id"]

    with refused(counter, poison, status):
        assert charge_together(counter) == outcomes

    assert statuses(counter, [poison, *posted, silent]) == found
    assert charges(counter, [poison, *posted, silent]) == [1, 1, 1]


@contextmanager
def refused(counter: Counter, payment_id: str, status: str) -> Iterator[None]:
    """Meanwhile the database does not take it that this payment has this status."""
    engine, takes_all_but = counter.service.store.engine, f"id <> '{payment_id}' OR status <> '{status}'"
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE payments ADD CONSTRAINT never CHECK ({takes_all_but})")
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE payments DROP CONSTRAINT never")


def test_all_wait_for_a_processor_that_is_down(counter: Counter) -> None:
    ids = payments_that_wait(counter)
    counter.sandbox.fault("processor", "down")

    assert charge_together(counter) == [WAITING] * PAID
    assert (statuses(counter, ids), charges(counter, ids)) == (["submitting"] * PAID, [0] * PAID)


@pytest.mark.parametrize("at", ["vendor.before_call", "vendor.after_call", "errand.before_done"])
def test_a_process_that_dies_among_them_leaves_each_charged_and_told_once(counter: Counter, at: str) -> None:
    ids = payments_that_wait(counter)
    events = submitted(counter)
    short = {"ERRAND_LEASE_SECONDS": 0.0}

    def charge() -> None:
        deliver_together(counter.service.on_payment_submitted, events, settings=short)

    dies_at(at, database=counter.service.store, work=charge)
    assert deliver_together(counter.service.on_payment_submitted, events, settings=short) == [DONE] * PAID

    assert (statuses(counter, ids), charges(counter, ids)) == (["posted"] * PAID, [1] * PAID)
    assert sorted(told["payment_id"] for told in counter.told("payment_posted")) == sorted(ids)
