"""Measure this installation: each figure and ratio beside its target."""

import json
import signal
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NoReturn

import click

from deploy.cli._group import Group

if TYPE_CHECKING:
    from deploy.broker import Broker


@click.group(name="bench", cls=Group)
def command() -> None:
    """Measure this installation: each figure and ratio beside its target.

    Exit code 0 when every deciding target is met, 1 when one is missed. All but `import`, `lockbox`, `day` and `replay`
    need a RabbitMQ: one that runs on this machine, in a virtual host of its own, else a private node.
    """
    # What was started is ended on the way out, also when somebody else asks for the end.
    signal.signal(signal.SIGTERM, _leave)


patience_option = click.option(
    "--patience", type=click.FloatRange(0), default=120.0, show_default=True,
    help="Seconds, in all, to wait for other programs to leave the machine alone.",
)  # fmt: skip
own_broker_option = click.option(
    "--own-broker", is_flag=True, help="Start a private RabbitMQ also where one runs: nobody else uses that."
)
undisturbed_option = click.option(
    "--undisturbed", is_flag=True,
    help="At real-time priority, with --own-broker: others stand still for seconds at a time. Usually needs root.",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")


@click.command(name="rpc")
@click.option("--clients", type=click.IntRange(1, 1000), default=32, show_default=True, help="Keep-alive connections.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Rounds in which every arm runs.")
@click.option("--seconds", type=click.FloatRange(0.2), default=4.0, show_default=True, help="Each arm in each round.")
@click.option("--arm", "names", multiple=True, help="Only these arms: stock, chassis bare, chassis, raw.")
@click.option("--breakdown", is_flag=True, help="Also where a request's time goes, by stage.")
@own_broker_option
@undisturbed_option
@patience_option
@json_option
def measure_rpc(
    *, clients: int, rounds: int, seconds: float, names: tuple[str, ...], breakdown: bool, own_broker: bool,
    undisturbed: bool, patience: float, as_json: bool,
) -> None:  # fmt: skip
    """Questions per second over HTTP and RPC, beside stock nameko and beside bare AMQP.

    The target is 2.5 times stock nameko for the transport alone (`chassis bare`); `chassis` is a whole question, with
    its signed context checked, its schemas and its transaction, and is reported beside it.
    """
    from deploy.bench import arms, rpc
    from deploy.bench.breakdown import break_down
    from deploy.bench.precedence import Precedence

    unknown = [name for name in names if name not in arms.NAMES]
    if unknown:
        raise click.BadParameter(f"there is no arm {unknown[0]!r}; there are {', '.join(arms.NAMES)}")
    patience = 0.0 if undisturbed else patience
    form = rpc.Form(clients=clients, rounds=rounds, seconds=seconds, patience_seconds=patience)
    parts = []
    with (
        _broker(own=own_broker or undisturbed) as broker,
        arms.running_arms(names=names or arms.NAMES, broker=broker, sampled=breakdown) as (running, bystanders),
    ):
        processes = (*bystanders.processes, *(process for arm in running for process in arm.processes))
        precedence = Precedence(processes=processes, is_wanted=undisturbed)
        turns = rpc.measure(running=running, bystanders=bystanders, form=form, precedence=precedence, say=_say)
        for arm in running if breakdown else ():
            with precedence.taken():
                parts.append(break_down(arm, form=form, bystanders=bystanders))
    found = rpc.figures_of(turns)
    more = {"clients": clients, "rounds": rounds, "seconds": seconds, "undisturbed": undisturbed}
    _end(found, as_json=as_json, more=more, parts=parts)


@click.command(name="fanout")
@click.option("--payments", type=click.IntRange(1, 300), default=100, show_default=True, help="Payments that count.")
@click.option("--per-second", type=click.FloatRange(0.2, 20), default=5.0, show_default=True, help="Payments a second.")
@own_broker_option
@undisturbed_option
@patience_option
@json_option
def measure_fanout(
    *, payments: int, per_second: float, own_broker: bool, undisturbed: bool, patience: float, as_json: bool
) -> None:
    """From the commit of a posted payment to ledger, mail and text, on an idle stack of its own.

    Targets: ledger p99 within 100 ms, mail and text at their vendor p99 within 250 ms. The floor is one message
    published with confirm to a quorum queue of the same broker and consumed.
    """
    from deploy.bench import fanout
    from deploy.bench.bystanders import Bystanders, process_of_broker, process_of_databases
    from deploy.bench.floor import open_floor
    from deploy.bench.precedence import Precedence
    from deploy.bench.whole_stack import enrolled, processes_of, running_stack

    patience = 0.0 if undisturbed else patience
    form = fanout.Form(payments=payments, per_second=per_second, patience_seconds=patience)
    with (
        _broker(own=own_broker or undisturbed) as broker,
        broker.vhost() as bus,
        running_stack(bus=bus) as (record, cluster),
        open_floor(bus=bus) as floor,
    ):
        bystanders = Bystanders(broker=process_of_broker(broker), databases=process_of_databases(cluster))
        processes = (*bystanders.processes, *processes_of(record))
        precedence = Precedence(processes=processes, is_wanted=undisturbed)
        ground = fanout.Field(
            record=record, payer=enrolled(record), floor=floor, bystanders=bystanders, precedence=precedence
        )
        traces, paid = fanout.measure(ground=ground, form=form, say=_say)
    found = fanout.figures_of(traces, paid=paid, floor=floor, form=form)
    more = {"payments": payments, "per_second": per_second, "undisturbed": undisturbed}
    _end(found, as_json=as_json, more=more, parts=[])


@click.command(name="stream")
@click.option("--streams", type=click.IntRange(1, 600), default=500, show_default=True, help="Open at once.")
@click.option("--watching", type=click.IntRange(1, 600), default=50, show_default=True, help="Those told of payments.")
@click.option("--payments", type=click.IntRange(1, 300), default=60, show_default=True, help="Payments made.")
@click.option("--per-second", type=click.FloatRange(0.2, 20), default=2.0, show_default=True, help="Payments a second.")
@own_broker_option
@undisturbed_option
@patience_option
@json_option
def measure_stream(
    *, streams: int, watching: int, payments: int, per_second: float, own_broker: bool, undisturbed: bool,
    patience: float, as_json: bool,
) -> None:  # fmt: skip
    """500 open streams on one gateway process, with a second one beside it: memory, and how soon events arrive.

    Targets: from an event's commit to the client p99 within 500 ms, the gateway's memory within 150 MB.
    """
    from deploy.bench import stream
    from deploy.bench.bystanders import Bystanders, process_of_broker, process_of_databases
    from deploy.bench.precedence import Precedence
    from deploy.bench.whole_stack import enrolled, processes_of, running_stack

    form = stream.Form(
        streams=streams, watching=min(watching, streams), payments=payments, per_second=per_second,
        patience_seconds=0.0 if undisturbed else patience,
    )  # fmt: skip
    with (
        _broker(own=own_broker or undisturbed) as broker,
        broker.vhost() as bus,
        running_stack(bus=bus) as (record, cluster),
    ):
        bystanders = Bystanders(broker=process_of_broker(broker), databases=process_of_databases(cluster))
        precedence = Precedence(processes=(*bystanders.processes, *processes_of(record)), is_wanted=undisturbed)
        ground = stream.Ground(
            record=record, payer=enrolled(record), bystanders=bystanders, precedence=precedence
        )  # fmt: skip
        measured = stream.measure(ground=ground, form=form, say=_say)
    found = stream.figures_of(measured, form=form)
    _end(found, as_json=as_json, more={"per_second": per_second, "undisturbed": undisturbed}, parts=[])


@click.command(name="overload")
@click.option("--seconds", type=click.FloatRange(0.5, 30), default=8.0, show_default=True, help="Each load.")
@own_broker_option
@json_option
def measure_overload(*, seconds: float, own_broker: bool, as_json: bool) -> None:
    """More than can be answered: two and four times what the stack can bear, from customers who do not wait.

    Target: 95 % of sign-ins and payments are answered. Reported: refusals within 250 ms, sign-ins and payments within
    2 s, both p99, and all as before within 1 s.
    """
    from deploy.bench import overload
    from deploy.bench.bystanders import Bystanders, process_of_broker, process_of_databases
    from deploy.bench.whole_stack import enrolled, running_stack

    with _broker(own=own_broker) as broker, broker.vhost() as bus, running_stack(bus=bus) as (record, cluster):
        bystanders = Bystanders(broker=process_of_broker(broker), databases=process_of_databases(cluster))
        rounds = overload.measure(
            record=record, payer=enrolled(record), bystanders=bystanders, form=overload.Form(seconds=seconds), say=_say
        )
    found = overload.figures_of(rounds)
    _end(found, as_json=as_json, more={"seconds": seconds}, parts=[])


@click.command(name="import")
@click.option("--accounts", type=click.IntRange(10), default=10_000, show_default=True, help="Accounts in each arm.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="Rounds in which every arm runs.")
@undisturbed_option
@json_option
def measure_import(*, accounts: int, rounds: int, undisturbed: bool, as_json: bool) -> None:
    """Accounts a second into the books of a private PostgreSQL, each with its borrower, terms and opening entry.

    The target is 3,000 for loans taken over in bulk. Leases, which go into the books of two services, and a file of
    JSON Lines, read and checked line by line before its dates are shifted, are reported beside them.
    """
    from deploy.bench import bulk_import

    form = bulk_import.Form(accounts=accounts, rounds=rounds)
    with bulk_import.empty_books(is_undisturbed=undisturbed) as books:
        found = bulk_import.measure(books=books, form=form, say=_say)
    _end(found, as_json=as_json, more={**vars(form), "undisturbed": undisturbed}, parts=[])


@click.command(name="lockbox")
@click.option("--lines", type=click.IntRange(10), default=20_000, show_default=True, help="Cheques in each round.")
@click.option("--accounts", type=click.IntRange(1), default=5_000, show_default=True, help="Accounts they are for.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="Rounds, each with a new file.")
@json_option
def measure_lockbox(*, lines: int, accounts: int, rounds: int, as_json: bool) -> None:
    """Lines a second of a lockbox file: read, checked, matched, and booked with their events. Needs no broker.

    The target is 2,000, on a private PostgreSQL that writes to disk before it answers.
    """
    from deploy.bench import lockbox

    form = lockbox.Form(lines=lines, accounts=accounts, rounds=rounds)
    with lockbox.books_with_accounts(accounts=accounts) as (books, numbers):
        found = lockbox.measure(books=books, numbers=numbers, form=form, say=_say)
    _end(found, as_json=as_json, more={"lines": lines, "accounts": accounts, "rounds": rounds}, parts=[])


@click.command(name="day")
@click.option(
    "--accounts", type=(click.IntRange(1_000), click.IntRange(1_000)), default=(100_000, 1_000_000), show_default=True,
    metavar="SMALL LARGE", help="The sizes of the two portfolios.",
)  # fmt: skip
@click.option("--due", type=click.IntRange(300), default=33_000, show_default=True, help="Accounts due on each day.")
@click.option("--rounds", type=click.IntRange(1, 10), default=3, show_default=True, help="Days run in each portfolio.")
@click.option("--workers", type=click.IntRange(1, 8), default=2, show_default=True, help="Processes that run a day.")
@json_option
def measure_day(*, accounts: tuple[int, int], due: int, rounds: int, workers: int, as_json: bool) -> None:
    """The business day on a private PostgreSQL: as many accounts due in a small portfolio as in a large one.

    Targets: the large one takes at most 1.3 times as long, and each at most 90 s, until all that is told is committed.
    Of the accounts due 80 % are billed, 10 % reminded, 7 % marked as past due and 3 % charged a late fee.
    """
    from deploy.bench import business_day

    small, large = sorted(accounts)
    if small < due * rounds + 1_000:
        raise click.BadParameter(f"{rounds} days with {due} accounts due need {due * rounds + 1_000} accounts or more.")
    form = business_day.Form(small=small, large=large, due=due, rounds=rounds, workers=workers)
    with business_day.two_portfolios(form=form, say=_say) as portfolios:
        found = business_day.measure(portfolios=portfolios, form=form, say=_say)
    more = {"accounts": [small, large], "due": due, "rounds": rounds, "workers": workers}
    _end(found, as_json=as_json, more=more, parts=[])


@click.command(name="replay")
@click.option("--rounds", type=click.IntRange(1, 1000), default=20, show_default=True, help="Measurements of each.")
@json_option
def measure_replay(*, rounds: int, as_json: bool) -> None:
    """Processor time in which the engine replays the whole life of a 72-month loan. Needs no broker, no database.

    The target is 5 ms, with a bill and a payment every month, and a return and a late fee every year.
    """
    from deploy.bench import replay

    _end(replay.measure(rounds=rounds), as_json=as_json, more={"rounds": rounds}, parts=[])


@click.command(name="ledger")
@click.option("--payments", type=click.IntRange(10), default=3000, show_default=True, help="In the backlog.")
@click.option("--accounts", type=click.IntRange(1), default=1500, show_default=True, help="Loans that they pay.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="Rounds in which every arm runs.")
@own_broker_option
@undisturbed_option
@json_option
def measure_ledger(
    *, payments: int, accounts: int, rounds: int, own_broker: bool, undisturbed: bool, as_json: bool
) -> None:
    """A backlog of payments, three in ten dated before yesterday, goes from RabbitMQ into the ledger.

    Targets: 400 payments a second with one accounts process, 0.6 of what pgbench reaches with the same statements; two
    processes are not slower, and nobody waits for a lock.
    """
    from deploy.bench import ledger
    from deploy.bench.ledger_ground import open_ground

    form = ledger.Form(payments=payments, accounts=accounts, rounds=rounds)
    with _broker(own=own_broker or undisturbed) as broker, open_ground(
        broker=broker, accounts=accounts, is_undisturbed=undisturbed
    ) as ground:  # fmt: skip
        found = ledger.figures_of(ledger.measure(ground=ground, form=form, say=_say), form=form)
    _end(found, as_json=as_json, more={**vars(form), "undisturbed": undisturbed}, parts=[])


@click.command(name="notify")
@click.option(
    "--alerts", type=click.IntRange(100), default=10_000, show_default=True, help="Mails and texts, half each."
)
@click.option("--people", type=click.IntRange(1), default=1_000, show_default=True, help="Who are told.")
@click.option("--rounds", type=click.IntRange(1), default=1, show_default=True, help="Fan-outs, one after the other.")
@own_broker_option
@json_option
def measure_notify(*, alerts: int, people: int, rounds: int, own_broker: bool, as_json: bool) -> None:
    """A fan-out of alerts through RabbitMQ and the official clients to the sandbox, by one notifications process.

    Targets: 300 messages a second, its memory grows by at most 64 MB, none is lost and none is sent twice.
    """
    from deploy.bench import notify
    from deploy.bench.notify_ground import open_ground

    form = notify.Form(alerts=notify.alerts_of(alerts), people=people, rounds=rounds)
    with _broker(own=own_broker) as broker, open_ground(broker=broker, people=people) as ground:
        measured = notify.measure(ground=ground, form=form, say=_say)
    found = notify.figures_of(measured, form=form)
    _end(found, as_json=as_json, more={"alerts": form.alerts, "people": people, "rounds": rounds}, parts=[])


def _broker(*, own: bool) -> "AbstractContextManager[Broker]":
    from deploy.broker import private_broker, running_broker

    return private_broker() if own else running_broker()


def _leave(*_: object) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _end(figures: Any, *, as_json: bool, more: dict[str, Any], parts: Any) -> NoReturn:
    from deploy.bench.report import is_failed

    _print(figures, as_json=as_json, more=more, parts=parts)
    sys.exit(1 if is_failed(figures) else 0)


def _print(figures: Any, *, as_json: bool, more: dict[str, Any], parts: Any) -> None:
    if as_json:
        data = {**more, "figures": {figure.name: figure.as_data() for figure in figures}}
        if parts:
            data["breakdown"] = [part.as_data() for part in parts]
        click.echo(json.dumps(data))
        return
    for figure in figures:
        click.echo(figure.line())
    for part in parts:
        for line in part.lines():
            click.echo(line)


@click.command(name="http")
@click.option(
    "--clients", type=click.IntRange(2, 200), default=32, show_default=True, help="Customers, one request each."
)
@click.option("--rounds", type=click.IntRange(0), default=5, show_default=True, help="Rounds of the arms; 0 for none.")
@click.option(
    "--seconds", type=click.FloatRange(0.2), default=3.0, show_default=True, help="Each arm and route in each."
)
@click.option("--paying", type=click.FloatRange(0), default=30.0, show_default=True, help="Seconds on the whole stack.")
@click.option("--breakdown", is_flag=True, help="Also where a request's time goes, by stage.")
@own_broker_option
@undisturbed_option
@patience_option
@json_option
def measure_http(
    *, clients: int, rounds: int, seconds: float, paying: float, breakdown: bool, own_broker: bool, undisturbed: bool,
    patience: float, as_json: bool,
) -> None:  # fmt: skip
    """An account shown and a payment taken over HTTP, beside stock nameko and beside one bare process.

    Targets: an account is shown 1.8 times as often as by stock nameko with the same checks and SQL. On a whole stack
    150 payments a second are accepted, the backlog is drained at 60 a second, and each payment is accounted for.
    """
    from deploy.bench import http_run

    patience = 0.0 if undisturbed else patience
    plan = http_run.Plan(
        clients=clients, rounds=rounds, seconds=seconds, paying_seconds=paying, breakdown=breakdown,
        undisturbed=undisturbed, patience_seconds=patience,
    )  # fmt: skip
    with _broker(own=own_broker or undisturbed) as broker:
        found, parts = http_run.run(plan, broker=broker, say=_say)
    more = {"clients": clients, "rounds": rounds, "seconds": seconds, "paying": paying, "undisturbed": undisturbed}
    _end(found, as_json=as_json, more=more, parts=parts)


command.add_command(measure_http)
command.add_command(measure_rpc)
command.add_command(measure_fanout)
command.add_command(measure_stream)
command.add_command(measure_overload)
command.add_command(measure_import)
command.add_command(measure_ledger)
command.add_command(measure_day)
command.add_command(measure_lockbox)
command.add_command(measure_replay)
command.add_command(measure_notify)
