"""Business days on RabbitMQ with two processes of accounts, each killed in the middle of one: it is finished, once.

They are days that were missed, and an autopay draft is due on the first of them: who gave it is charged no late fee.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from chassis.schemas import schema_of
from chassis.store import refuse_wrong_driver
from deploy.demo.client import Client, Mailbox
from deploy.demo.people import Person, register, sign_in_when_ready
from services.accounts.contract.business_days import business_days_after
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioAccountSchema
from services.accounts.rules.schedule import due_on
from tests.builders.accounts import LOAN_TERMS, a_loan, an_opening
from tests.fixtures.customers import agree_to_autopay
from tests.fixtures.processes import ROOT, eventually
from tests.fixtures.stacks import RunningStack, a_running_stack

COUNT = 500
# Texas: the sixteenth day after the due date is the first on which a fee may be charged.
CHARGEABLE_DAYS = 16
SECONDS = 180

_BILLS = "SELECT account_id FROM account_events WHERE kind = 'bill_issued' AND effective_on = :on"
_FEES = "SELECT account_id FROM account_events WHERE kind = 'late_fee_assessed' AND effective_on = :on"
_TOLD = "SELECT subject FROM outbox WHERE routing_key = :name"
_EARLY = """
    SELECT e.account_id FROM account_events e JOIN business_days d ON d.business_on = e.effective_on
    WHERE e.kind = 'late_fee_assessed' AND (d.confirmed_at IS NULL OR e.recorded_at < d.payments_closed_at)
"""


_PAID_AT = (
    "SELECT recorded_at FROM account_events WHERE kind = 'payment_posted' AND account_id = CAST(:account_id AS uuid)"
)
_FIRST_FEE_AT = "SELECT min(recorded_at) FROM account_events WHERE kind = 'late_fee_assessed' AND effective_on = :on"

DRAFTED = a_loan(source_ref="live/drafted", account_number="KFA-4000001")


class Books:
    """What accounts has stored, read beside the running stack."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def column(self, statement: str, **values: Any) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(text(statement), values).scalars())


@contextmanager
def books_of(stack: RunningStack) -> Iterator[Books]:
    engine = create_engine(refuse_wrong_driver(stack.record()["database_urls"]["accounts"]), pool_size=1)
    try:
        yield Books(engine)
    finally:
        engine.dispose()


@pytest.mark.bus
@pytest.mark.slow
def test_a_day_is_finished_by_whoever_is_left_and_nothing_is_done_twice(broker_url: str, tmp_path: Path) -> None:
    options = ("--scale", "accounts=2", "--no-demo")
    with a_running_stack(data=tmp_path / "data", bus=broker_url, options=options) as stack, books_of(stack) as books:
        today = business_date(stack)
        # The first business day on which somebody who agrees today may be debited.
        due = business_days_after(on=today, count=1)
        day = due + timedelta(days=CHARGEABLE_DAYS)
        stack.captive("import", str(portfolio(tmp_path, due_all_on=day, taken_over_on=today)), "--as-reported")
        customer, drafted = somebody_with_autopay(stack, books, draft_on=due)
        stack.captive("clock", "advance", str((day - today).days + 1), "--no-wait")
        run = a_day_that_is_run(stack)

        kill_in_the_middle(stack, "accounts", lambda: len(books.column(_BILLS, on=day)))
        kill_in_the_middle(stack, "accounts-2", lambda: len(books.column(_FEES, on=day)))

        told, _ = run.communicate(timeout=SECONDS)
        assert run.returncode == 0, f"{told}\n{stack.output()[-3000:]}"
        assert f"{day}  closed: {COUNT + 1} bills" in told
        for done, count in ((books.column(_BILLS, on=day), COUNT + 1), (books.column(_FEES, on=day), COUNT)):
            assert (len(done), len(set(done))) == (count, count)
        for name, count in (("bill_issued", COUNT + 1), ("late_fee_assessed", COUNT)):
            subjects = books.column(_TOLD, name=name)
            assert (len(subjects), len(set(subjects))) == (count, count)
        assert books.column(_EARLY) == []
        assert_drafted_and_charged_nothing(customer, drafted, books, due=due, day=day)
        issued = "SELECT account_id FROM statements WHERE statement_on = :on"
        eventually(lambda: len(set(books.column(issued, on=day))) == COUNT + 1, seconds=SECONDS, describe=stack.output)
        assert len(books.column(issued, on=day)) == COUNT + 1
        stack.captive("ledger", "check")


def somebody_with_autopay(stack: RunningStack, books: Books, *, draft_on: date) -> tuple[Client, str]:
    """The holder of the one loan that is like all others, but that its instalments are drawn; and its account."""
    borrower = DRAFTED.parties[0]
    person = Person(
        first_name=borrower.first_name, last_name=borrower.last_name, account_number=DRAFTED.account_number,
        ssn_last4=borrower.ssn_last4, email=str(borrower.email), phone=borrower.phone, password=token_urlsafe(15),
    )  # fmt: skip
    client, mailbox = Client(url=stack.url), Mailbox(url=stack.record()["sandbox_url"])
    register(client=client, mailbox=mailbox, person=person)
    sign_in_when_ready(client=client, person=person)
    (account_id,) = books.column("SELECT id FROM accounts WHERE source_ref = :ref", ref=DRAFTED.source_ref)
    enrolled = agree_to_autopay(client, f"/v1/accounts/{account_id}")
    assert enrolled["drafts"][0]["draft_on"] == draft_on.isoformat()
    return client, str(account_id)


def assert_drafted_and_charged_nothing(
    customer: Client, account_id: str, books: Books, *, due: date, day: date
) -> None:
    """Their draft was drawn on its day, and was in the books before any late fee of that instalment was decided."""
    (payment,) = customer.get(f"/v1/accounts/{account_id}/payments")["data"]
    assert (payment["amount_cents"], payment["effective_on"]) == (LOAN_TERMS.payment_cents, due.isoformat())
    assert payment["applied_at"] is not None
    assert account_id not in map(str, books.column(_FEES, on=day))
    account = customer.get(f"/v1/accounts/{account_id}")
    assert (account["past_due_cents"], account["fees_due_cents"]) == (0, 0)
    (applied_at,) = books.column(_PAID_AT, account_id=account_id)
    (first_fee_at,) = books.column(_FIRST_FEE_AT, on=day)
    assert applied_at < first_fee_at


def business_date(stack: RunningStack) -> date:
    (line,) = [line for line in stack.captive("clock", "show").stdout.splitlines() if line.startswith("business date")]
    return date.fromisoformat(line.split()[2])


def portfolio(folder: Path, *, due_all_on: date, taken_over_on: date) -> Path:
    """Loans of which each is billed for its second instalment, and charged for its first, on the same day."""
    first_due_on = due_all_on - timedelta(days=CHARGEABLE_DAYS)
    terms = replace(LOAN_TERMS, first_due_on=first_due_on, due_day=first_due_on.day)
    terms = replace(terms, bill_lead_days=(due_on(terms=terms, number=2) - due_all_on).days)
    opening = an_opening(
        as_of_on=taken_over_on, interest_paid_through_on=taken_over_on, next_instalment_number=1, payments_made=0
    )
    file = folder / "portfolio.jsonl"
    loans = [a_loan(source_ref=f"live/{number}", terms=terms, opening=opening) for number in range(COUNT)]
    loans.append(replace(DRAFTED, terms=terms, opening=opening))
    file.write_text("".join(f"{as_line(loan)}\n" for loan in loans))
    return file


def as_line(loan: PortfolioAccount) -> str:
    return json.dumps(schema_of(PortfolioAccountSchema).dump(loan))


def a_day_that_is_run(stack: RunningStack) -> "subprocess.Popen[str]":
    """`captive day run`, as an operator would look on."""
    command = [sys.executable, "-m", "deploy.cli", "day", "run", "--data", str(stack.data)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def kill_in_the_middle(stack: RunningStack, program: str, count: Callable[[], int]) -> None:
    """Kill a process without a word once some of the work is done, and not yet all of it."""
    eventually(lambda: count() > 0, seconds=SECONDS, describe=stack.output)
    os.kill(stack.record()["children"][program], signal.SIGKILL)
    assert count() < COUNT, "it was killed too late to matter"
