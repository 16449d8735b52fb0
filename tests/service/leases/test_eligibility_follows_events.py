"""A payment is posted, then applied: the lease's options follow, in either order, once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.bus.rpc import Reply
from chassis.clock import FixedClock
from chassis.doors import Outcome
from chassis.errors import NeighbourSilent, NotFound
from chassis.events import Envelope
from chassis.store import Database
from services.accounts.contract import events as accounts_events
from services.leases import operations
from services.leases.service import LeasesService
from services.payments.contract import events as payments_events
from tests.builders.leases import LEASE_ID, a_lease_to_take_over
from tests.builders.wiring import a_customer, an_event, call, deliver, deliver_together, emitted, statements, wire

OTHER_ID = "01900000-0000-7000-8000-0000000000ff"


class Silent:
    """Accounts that answer nobody: options are told all the same, without prices."""

    def ask(self, method: str, **_: object) -> Reply:
        raise NeighbourSilent("accounts")


@pytest.fixture
def service(databases: Callable[[str], Database], clock: FixedClock, keys_folder: Path) -> LeasesService:
    database = databases("leases")
    with database.writing() as transaction:
        operations.import_leases(
            transaction, records=[a_lease_to_take_over(past_due_cents=48240)], now=clock.now(), today=clock.today()
        )
    return wire(LeasesService, database=database, clock=clock, keys_folder=keys_folder, accounts=Silent())


def posted(
    clock: FixedClock, *, account_id: str = LEASE_ID, amount_cents: int = 48240, payment_id: str = "p1"
) -> Envelope:  # fmt: skip
    data = {
        "payment_id": payment_id, "account_id": account_id, "presentment_number": 1, "amount_cents": amount_cents,
        "effective_on": clock.today(), "extra": None, "method_type": "bank_account", "method_last4": "6789",
    }  # fmt: skip
    return an_event(payments_events.payment_posted, clock=clock, subject=account_id, data=data)


def applied(clock: FixedClock, *, past_due_cents: int = 0, sequence: int = 1, payment_id: str = "p1") -> Envelope:
    standing = {
        "status": "open", "amount_due_cents": 48240, "past_due_cents": past_due_cents, "next_due_on": clock.today(),
        "next_instalment_number": 36, "days_past_due": 0, "payoff_ceiling_cents": 0, "payments_made": 35,
    }  # fmt: skip
    data = {
        "account_id": LEASE_ID, "payment_id": payment_id, "presentment_number": 1, "amount_cents": 48240,
        "effective_on": clock.today(), "interest_cents": 9979, "principal_cents": 35000, "tax_cents": 3261,
        "fees_cents": 0, "unapplied_cents": 0, "standing": standing,
    }  # fmt: skip
    return an_event(accounts_events.payment_applied, clock=clock, subject=LEASE_ID, data=data, sequence=sequence)


def extension_is_open(service: LeasesService) -> bool:
    answer = call(service.get_lease_end, request={"account_id": LEASE_ID}, context=a_customer(accounts=(LEASE_ID,)))
    eligible: bool = {option["option"]: option["eligible"] for option in answer["options"]}["extension"]
    return eligible


def test_a_posted_payment_opens_the_extension_before_the_ledger_has_it(
    service: LeasesService, clock: FixedClock
) -> None:
    assert not extension_is_open(service)
    event = posted(clock)
    assert deliver(service.on_payment_posted, event) is Outcome.DONE
    assert extension_is_open(service)
    (changed,) = emitted(service.store)
    assert (changed.name, changed.data["extension"], changed.causation_id) == (
        "lease_eligibility_changed", True, event.id,
    )  # fmt: skip


def test_both_orders_end_in_the_same_answer(service: LeasesService, clock: FixedClock) -> None:
    deliver(service.on_payment_applied, applied(clock))
    deliver(service.on_payment_posted, posted(clock))
    assert extension_is_open(service)
    deliver(service.on_payment_applied, applied(clock, past_due_cents=48240, sequence=2, payment_id="p2"))
    assert not extension_is_open(service), "the applied payment must not count a second time as money on its way"


def test_an_older_word_about_the_standing_changes_nothing(service: LeasesService, clock: FixedClock) -> None:
    deliver(service.on_payment_applied, applied(clock, past_due_cents=0, sequence=7))
    deliver(service.on_payment_applied, applied(clock, past_due_cents=48240, sequence=6, payment_id="p0"))
    assert extension_is_open(service)


def test_too_little_money_leaves_it_closed_and_says_nothing(service: LeasesService, clock: FixedClock) -> None:
    assert deliver(service.on_payment_posted, posted(clock, amount_cents=48239)) is Outcome.DONE
    assert not extension_is_open(service)
    assert [event.data["reasons"]["extension"][0]["detail"] for event in emitted(service.store)] == [
        "$0.01 is past due."
    ]


def test_a_payment_on_a_loan_is_passed_by(service: LeasesService, clock: FixedClock) -> None:
    assert deliver(service.on_payment_posted, posted(clock, account_id=OTHER_ID)) is Outcome.DONE
    assert emitted(service.store) == []


def test_what_comes_together_counts_once_each_and_is_answered_once(service: LeasesService, clock: FixedClock) -> None:
    """Two payments in part, one of a loan, and the one delivered twice: the answer follows from all, on the last."""
    first, last = posted(clock, amount_cents=24120), posted(clock, amount_cents=24120, payment_id="p2")
    loan = posted(clock, account_id=OTHER_ID)

    outcomes = deliver_together(service.on_payment_posted, [first, loan, last, first])

    assert sorted(outcomes) == [Outcome.DONE, Outcome.DONE, Outcome.DONE, Outcome.DUPLICATE]
    assert extension_is_open(service)
    assert [(told.data["extension"], told.causation_id) for told in emitted(service.store)] == [(True, last.id)]


def test_of_what_comes_together_the_newest_word_counts_and_every_payment_arrives(
    service: LeasesService, clock: FixedClock
) -> None:
    deliver_together(service.on_payment_posted, [posted(clock), posted(clock, payment_id="p2")])
    newest = applied(clock, past_due_cents=48240, sequence=3, payment_id="p2")

    deliver_together(service.on_payment_applied, [newest, applied(clock, past_due_cents=0, sequence=2)])

    assert not extension_is_open(service), "the older word came last, or a payment still counts as on its way"
    with service.store.writing() as transaction:
        rebuilt = operations.rebuild_leases(transaction, limit=9, after=None, now=clock.now(), today=clock.today())
    assert rebuilt.differing == ()


def test_many_that_come_together_cost_as_many_statements_as_two(service: LeasesService, clock: FixedClock) -> None:
    def cost(*ids: str) -> tuple[int, int]:
        with statements(service.store) as told:
            deliver_together(service.on_payment_posted, [posted(clock, payment_id=each) for each in ids])
            of_posted = len(told)
            arrived = [applied(clock, payment_id=each) for each in ids]
            deliver_together(service.on_payment_applied, arrived)
        return of_posted, len(told) - of_posted

    # The first one opens the extension, which is told.
    cost("first")
    assert cost("a", "b") == cost("c", "d", "e", "f", "g", "h")


def test_a_second_take_over_keeps_the_lease_as_it_is(service: LeasesService, clock: FixedClock) -> None:
    with service.store.writing() as transaction:
        again = [a_lease_to_take_over(past_due_cents=0)]
        assert operations.import_leases(transaction, records=again, now=clock.now(), today=clock.today()) == 0
    assert not extension_is_open(service)


@pytest.mark.parametrize("account_id", [OTHER_ID, "not-an-id", ""])
def test_someone_elses_lease_and_no_lease_answer_alike(service: LeasesService, account_id: str) -> None:
    for method in (service.get_lease, service.get_lease_end):
        for accounts in ((), (account_id,)):
            with pytest.raises(NotFound):
                call(method, request={"account_id": account_id}, context=a_customer(accounts=accounts))


def test_the_lease_shows_its_figures(service: LeasesService) -> None:
    lease = call(service.get_lease, request={"account_id": LEASE_ID}, context=a_customer(accounts=(LEASE_ID,)))
    assert lease["payment"] == {
        "base_payment_cents": 44979, "tax_cents": 3261, "payment_cents": 48240, "depreciation_cents": 35000,
        "rent_charge_cents": 9979,
    }  # fmt: skip
    assert lease["dates"] == {"first_due_on": "2024-01-15", "ends_on": "2027-01-15"}
    assert lease["mileage"] == {"allowance_miles": 36000, "excess_mile_cents": 20}


def test_without_accounts_there_are_answers_and_no_prices(service: LeasesService) -> None:
    answer = call(service.get_lease_end, request={"account_id": LEASE_ID}, context=a_customer(accounts=(LEASE_ID,)))
    assert [option["price"] for option in answer["options"]] == [None, None, None]
