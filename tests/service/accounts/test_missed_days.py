"""Any portfolio with any payments: the days run late and one after the other give what they give when run in time."""

from datetime import date
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chassis.clock import FixedClock
from chassis.doors import Outcome
from deploy.ledger_check import check
from services.accounts.models import account_states
from services.accounts.service import AccountsService
from tests.builders.accounts import a_lease, a_loan, an_account, an_opening, payment_posted, rows_of
from tests.builders.days import DAY, catch_up, run_day, told_of
from tests.builders.wiring import deliver
from tests.fixtures.postgres import empty
from tests.fixtures.time import NOW, TODAY

LAST_ON = date(2026, 12, 28)
DAYS = (LAST_ON - TODAY).days
LATE = an_opening(next_instalment_number=11, payments_made=10)
RECORDS = {
    "loan": a_loan(source_ref="loan"),
    "late": a_loan(source_ref="late", opening=LATE, state="KS"),
    "lease": a_lease(source_ref="lease"),
}
# Not reminders: one that comes too late is not told.
TOLD = ("bill_issued", "payment_past_due", "late_fee_assessed", "late_fee_reversed")

# Which account pays how much on which day after the first.
Money = list[tuple[str, int, int]]
MONEY = st.lists(
    st.tuples(st.sampled_from(sorted(RECORDS)), st.integers(1, DAYS), st.integers(100, 120_000)), max_size=6
)


def days_of(service: AccountsService, clock: FixedClock, money: Money, *, in_time: bool) -> Any:
    """Each day run when it is over, or all of them at the end; what came of it, without ids."""
    empty(service.store)
    clock.move_to(NOW, today=TODAY)
    ids = {ref: an_account(service, record) for ref, record in RECORDS.items()}
    run_day(service)
    for number in range(1, DAYS + 1):
        clock.move_to(NOW, today=TODAY + number * DAY)
        for ref, day, cents in money:
            if day == number:
                paid = payment_posted(service, account_id=ids[ref], amount_cents=cents)
                assert deliver(service.on_payment_posted, paid) == Outcome.DONE
        if in_time:
            run_day(service)
    catch_up(service)
    assert check(service.store) == []
    return outcome(service, ids)


def outcome(service: AccountsService, ids: dict[str, str]) -> Any:
    refs = {account_id: ref for ref, account_id in ids.items()}
    told = sorted(
        (refs[each["account_id"]], name, sorted((key, str(value)) for key, value in each.items() if key[-3:] != "_id"))
        for name in TOLD
        for each in told_of(service, name)
    )
    stored = {refs[str(row["account_id"])]: row for row in rows_of(service.store, account_states)}
    return told, {
        ref: (row["delinquent_since_on"], row["state"]["principal_cents"], row["state"]["fees_due_cents"],
              row["state"]["next_instalment_number"], row["state"].get("billed_due_on"))
        for ref, row in stored.items()
    }  # fmt: skip


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(money=MONEY)
@example(money=[("late", 8, 106), ("late", 23, 49568)])
def test_missed_days_give_what_they_give_when_run_in_time(
    service: AccountsService, clock: FixedClock, money: Money
) -> None:  # fmt: skip
    assert days_of(service, clock, money, in_time=False) == days_of(service, clock, money, in_time=True)
