"""A business day on RabbitMQ with two processes of accounts, each killed in the middle of it: it is finished, once."""

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
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from chassis.schemas import schema_of
from chassis.store import refuse_wrong_driver
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioAccountSchema
from services.accounts.rules.schedule import due_on
from tests.builders.accounts import LOAN_TERMS, a_loan, an_opening
from tests.fixtures.processes import ROOT, eventually
from tests.fixtures.stacks import RunningStack, a_running_stack

COUNT = 500
# Texas: the sixteenth day after the due date is the first on which a fee may be charged.
CHARGEABLE_DAYS = 16
SECONDS = 90

_BILLS = "SELECT account_id FROM account_events WHERE kind = 'bill_issued' AND effective_on = :on"
_FEES = "SELECT account_id FROM account_events WHERE kind = 'late_fee_assessed' AND effective_on = :on"
_TOLD = "SELECT subject FROM outbox WHERE routing_key = :name"
_EARLY = """
    SELECT e.account_id FROM account_events e JOIN business_days d ON d.business_on = e.effective_on
    WHERE e.kind = 'late_fee_assessed' AND (d.confirmed_at IS NULL OR e.recorded_at < d.payments_closed_at)
"""


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
        day = business_date(stack) + timedelta(days=1)
        stack.captive("import", str(portfolio(tmp_path, due_all_on=day)), "--as-reported")
        stack.captive("clock", "advance", "2", "--no-wait")
        run = a_day_that_is_run(stack)

        kill_in_the_middle(stack, "accounts", lambda: len(books.column(_BILLS, on=day)))
        kill_in_the_middle(stack, "accounts-2", lambda: len(books.column(_FEES, on=day)))

        told, _ = run.communicate(timeout=SECONDS)
        assert run.returncode == 0, f"{told}\n{stack.output()[-3000:]}"
        assert f"{day}  closed: {COUNT} bills" in told
        for done in (books.column(_BILLS, on=day), books.column(_FEES, on=day)):
            assert (len(done), len(set(done))) == (COUNT, COUNT)
        for name in ("bill_issued", "late_fee_assessed"):
            subjects = books.column(_TOLD, name=name)
            assert (len(subjects), len(set(subjects))) == (COUNT, COUNT)
        assert books.column(_EARLY) == []
        issued = "SELECT account_id FROM statements WHERE statement_on = :on"
        eventually(lambda: len(set(books.column(issued, on=day))) == COUNT, seconds=SECONDS, describe=stack.output)
        assert len(books.column(issued, on=day)) == COUNT
        stack.captive("ledger", "check")


def business_date(stack: RunningStack) -> date:
    (line,) = [line for line in stack.captive("clock", "show").stdout.splitlines() if line.startswith("business date")]
    return date.fromisoformat(line.split()[2])


def portfolio(folder: Path, *, due_all_on: date) -> Path:
    """Loans of which each is billed for its second instalment, and charged for its first, on the same day."""
    first_due_on = due_all_on - timedelta(days=CHARGEABLE_DAYS)
    terms = replace(LOAN_TERMS, first_due_on=first_due_on, due_day=first_due_on.day)
    terms = replace(terms, bill_lead_days=(due_on(terms=terms, number=2) - due_all_on).days)
    taken_over_on = due_all_on - timedelta(days=1)
    opening = an_opening(
        as_of_on=taken_over_on, interest_paid_through_on=taken_over_on, next_instalment_number=1, payments_made=0
    )
    file = folder / "portfolio.jsonl"
    loans = (a_loan(source_ref=f"live/{number}", terms=terms, opening=opening) for number in range(COUNT))
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
