"""The whole of `bench http`: the arms in turn, then the whole stack."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.bench import http, http_payments
from deploy.bench.bystanders import Bystanders, process_of_broker, process_of_databases
from deploy.bench.http_arms import NAMES, running_http_arms
from deploy.bench.http_breakdown import HttpBreakdown, break_down
from deploy.bench.http_customers import enrol
from deploy.bench.http_equality import expected_accounts, require_equal_answers
from deploy.bench.http_payers import count_and_settle
from deploy.bench.precedence import Precedence
from deploy.bench.report import Figure
from deploy.bench.whole_stack import processes_of, running_stack
from deploy.broker import Broker

ROUTES = (http.READ, http.PAY)


@dataclass(frozen=True)
class Plan:
    """What is wanted."""

    clients: int
    rounds: int
    seconds: float
    paying_seconds: float
    breakdown: bool
    undisturbed: bool
    patience_seconds: float


def run(
    plan: Plan, *, broker: Broker, say: Callable[[str], None]
) -> tuple[list[Figure], list[HttpBreakdown]]:  # fmt: skip
    """Every figure, and where the time goes if that is wanted. Raises StackProblem where nothing could be measured."""
    figures: list[Figure] = []
    parts: list[HttpBreakdown] = []
    if plan.rounds:
        figures, parts = _rounds(plan, broker=broker, say=say)
    if plan.paying_seconds:
        figures += _paying(plan, broker=broker, say=say)
    return figures, parts


def _rounds(
    plan: Plan, *, broker: Broker, say: Callable[[str], None]
) -> tuple[list[Figure], list[HttpBreakdown]]:  # fmt: skip
    form = http.Form(rounds=plan.rounds, seconds=plan.seconds, patience_seconds=plan.patience_seconds)
    with running_http_arms(names=NAMES, clients=plan.clients, broker=broker, sampled=plan.breakdown) as ground:
        require_equal_answers(ground.arms, payers=ground.payers)
        count_and_settle(ground.ground.database_urls["payments"], clock=ground.payers[0].clock)
        expected = expected_accounts(ground.arms, payers=ground.payers)
        processes = (*ground.bystanders.processes, *(one for arm in ground.arms for one in arm.processes.values()))
        precedence = Precedence(processes=processes, is_wanted=plan.undisturbed)
        turns = http.measure(
            ground=ground, routes=ROUTES, expected=expected, form=form, precedence=precedence, say=say
        )  # fmt: skip
        parts = []
        for arm in ground.arms if plan.breakdown else ():
            for route in ROUTES:
                with precedence.taken():
                    parts.append(break_down(arm, route, ground=ground, expected=expected, seconds=plan.seconds))
    return http.figures_of(turns), parts


def _paying(plan: Plan, *, broker: Broker, say: Callable[[str], None]) -> list[Figure]:
    with (
        broker.vhost() as bus,
        running_stack(bus=bus) as (record, cluster),
        tempfile.TemporaryDirectory(prefix="captive-bench-") as folder,
    ):
        customers = enrol(record=record, count=plan.clients)
        say(f"{len(customers)} customers have registered")
        bystanders = Bystanders(broker=process_of_broker(broker), databases=process_of_databases(cluster))
        processes = (*bystanders.processes, *processes_of(record))
        found = http_payments.measure(
            ground=http_payments.Field(
                record=record, customers=customers, bystanders=bystanders, folder=Path(folder),
                precedence=Precedence(processes=processes, is_wanted=plan.undisturbed),
            ),
            seconds=plan.paying_seconds,
            say=say,
        )  # fmt: skip
    for line in found.verdict.lines():
        say(line)
    return http_payments.figures_of(found)
