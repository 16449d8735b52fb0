"""On a live stack: each sample books every payment once, whatever comes twice, makes no sense, or dies.

And a handler whose queue was deleted gets from the stream what was told meanwhile.
"""

import json
import sqlite3
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from chassis.bus.link import open_channel
from chassis.store import refuse_wrong_driver
from tests.fixtures.ports import free_port
from tests.fixtures.processes import eventually
from tests.fixtures.stacks import RunningStack
from tests.journeys.subscribers.stage import EXAMPLES, Desk, Sample, a_posted_payment, pay, posted_payments

pytestmark = [pytest.mark.bus, pytest.mark.slow]

LINES_MAX = 60
BURST = 120
# Some seconds of counting inside the transaction, for one payment. Its tables are there, so that only this one writes.
SLOW = """
CREATE TABLE IF NOT EXISTS taken (event_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS income (payment_id TEXT NOT NULL, amount_cents INTEGER NOT NULL);
CREATE TRIGGER slow BEFORE INSERT ON income WHEN NEW.payment_id = 'slow' BEGIN
    SELECT count(*) FROM (
        WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 3000000)
        SELECT n FROM counted
    );
END;
"""


def test_payments_over_http_are_booked_once_each(sample: Sample, stack: RunningStack) -> None:
    sample.start()
    paid = pay(stack, [1500, 2750])
    sample.wait_until_booked(paid)
    assert sample.stop() == 0


def test_what_comes_again_and_what_is_unknown_is_passed_over(sample: Sample, desk: Desk, real: dict[str, Any]) -> None:
    first, last = a_posted_payment(real), a_posted_payment(real)
    later_version = a_posted_payment(real, type="captive.payments.payment_posted.v2", data={"new": "shape"})
    more_fields = {**last, "data": {**last["data"], "came_later": [1]}, "newattribute": "x"}
    desk.put(*(json.dumps(event) for event in (first, first, later_version, first, more_fields)))
    sample.start()
    sample.wait_until_booked({event["data"]["payment_id"]: real["data"]["amount_cents"] for event in (first, last)})
    desk.put(json.dumps(first))
    sample.kill()
    sample.start()
    desk.put(json.dumps(after := a_posted_payment(real)))
    eventually(lambda: after["data"]["payment_id"] in dict(sample.booked()), describe=sample.output)
    assert len(sample.booked()) == 3
    assert sample.stop() == 0
    assert desk.left() == []


def test_poison_ends_in_the_dead_letters_and_holds_nobody_up(sample: Sample, desk: Desk, real: dict[str, Any]) -> None:
    another_shape = json.dumps(a_posted_payment(real, dataschema="urn:captive:event:payments:payment_posted:2"))
    without_data = json.dumps({name: value for name, value in real.items() if name != "data"})
    poison = ["no event at all", "[]", "null", "{}", another_shape, without_data]
    bodies, expected = posted_payments(real, 2)
    desk.put(bodies[0], *poison, bodies[1])
    sample.start()
    sample.wait_until_booked(expected)
    assert sorted(desk.wait_for_dead_letters(len(poison))) == sorted(poison)
    assert sample.stop() == 0
    assert desk.left() == []


def test_killed_again_and_again_it_loses_nothing_and_books_nothing_twice(
    sample: Sample, desk: Desk, real: dict[str, Any]
) -> None:
    bodies, expected = posted_payments(real, BURST)
    desk.put(*bodies)
    for done in (5, 60):
        sample.start()
        eventually(partial(has_booked, sample, done), seconds=30, describe=sample.output)
        sample.kill()
    sample.start()
    sample.wait_until_booked(expected)
    assert sample.stop() == 0
    assert desk.left() == []


def test_asked_to_stop_it_leaves_the_rest_in_the_queue(sample: Sample, desk: Desk, real: dict[str, Any]) -> None:
    bodies, expected = posted_payments(real, BURST)
    desk.put(*bodies)
    sample.start()
    eventually(lambda: len(sample.booked()) >= 5, seconds=30, describe=sample.output)
    assert sample.stop() == 0
    left = [json.loads(body)["data"]["payment_id"] for body in desk.left()]
    # What it has booked it has acknowledged too: nothing is in both places, nothing in neither.
    assert sorted([*dict(sample.booked()), *left]) == sorted(expected)


def has_booked(sample: Sample, count: int) -> bool:
    return len(sample.booked()) >= count


def slow_down(sample: Sample) -> None:
    book = sqlite3.connect(sample.book)
    book.executescript(SLOW)
    book.close()


def wait_until_it_is_writing(sample: Sample) -> None:
    """SQLite keeps a journal beside the book exactly as long as a transaction that has written is open."""
    journal = sample.book.with_name(f"{sample.book.name}-journal")
    eventually(journal.exists, seconds=20, describe=sample.output)


@pytest.mark.parametrize("sample", ["kombu", "nameko"], indirect=True)
def test_killed_in_the_middle_of_a_message_it_takes_it_again(sample: Sample, desk: Desk, real: dict[str, Any]) -> None:
    slow_down(sample)
    desk.put(json.dumps(a_posted_payment(real, payment_id="slow")))
    sample.start()
    wait_until_it_is_writing(sample)
    sample.kill()
    assert sample.booked() == []
    sample.start()
    sample.wait_until_booked({"slow": real["data"]["amount_cents"]})
    assert sample.stop() == 0
    assert desk.left() == []


@pytest.mark.parametrize("sample", ["kombu", "nameko"], indirect=True)
def test_asked_to_stop_it_finishes_what_is_in_hand(sample: Sample, desk: Desk, real: dict[str, Any]) -> None:
    slow_down(sample)
    desk.put(json.dumps(a_posted_payment(real, payment_id="slow")))
    sample.start()
    wait_until_it_is_writing(sample)
    assert sample.stop() == 0
    assert sample.booked() == [("slow", real["data"]["amount_cents"])]
    assert desk.left() == []


@pytest.mark.parametrize("sample", ["amqplib"], indirect=True)
def test_a_line_that_a_crash_cut_short_does_not_count(sample: Sample, desk: Desk, real: dict[str, Any]) -> None:
    first, second = a_posted_payment(real), a_posted_payment(real)
    line = json.dumps({"event_id": first["id"], "payment_id": first["data"]["payment_id"], "amount_cents": 1})
    cut = json.dumps({"event_id": second["id"], "payment_id": second["data"]["payment_id"]})[:-20]
    sample.book.write_text(f"{line}\n{cut}")
    desk.put(json.dumps(first), json.dumps(second))
    sample.start()
    sample.wait_until_booked(
        {first["data"]["payment_id"]: 1, second["data"]["payment_id"]: real["data"]["amount_cents"]}
    )
    assert sample.stop() == 0


def test_what_a_deleted_queue_has_missed_is_told_to_it_again(stack: RunningStack, broker_url: str) -> None:
    queue = "evt-payments-payment_posted--leases.on_payment_posted.v2"
    began_at = datetime.now(UTC).isoformat()
    with open_channel(broker_url) as channel:
        channel.queue_delete(queue=queue)
    pay(stack, [1700])
    examined = stack.captive("doctor", check=False)
    assert f"FAIL  queues: missing {queue}" in examined.stdout
    stack.captive("migrate")
    told = stack.captive("events", "replay", "--type", "payment_posted", "--from", began_at, "--to", queue).stdout
    assert told.startswith(f"1 events told again to {queue}")
    eventually(lambda: handled_by_leases(stack, since=began_at) == 1, seconds=30, describe=stack.output)
    assert "queues: all are there" in stack.captive("doctor", check=False).stdout


def handled_by_leases(stack: RunningStack, *, since: str) -> int:
    engine = create_engine(refuse_wrong_driver(stack.record()["database_urls"]["leases"]))
    handled = text("SELECT count(*) FROM inbox WHERE handler = 'on_payment_posted' AND received_at > :since")
    with engine.begin() as connection:
        count: int = connection.execute(handled, {"since": since}).scalar_one()
    engine.dispose()
    return count


def test_without_a_broker_kombus_sample_says_so_and_goes_on_trying(tmp_path: Path) -> None:
    sample = Sample(
        "kombu", command=[sys.executable, str(EXAMPLES / "with_kombu.py")], folder=tmp_path,
        bus=f"amqp://billing:secret@127.0.0.1:{free_port()}/captive",
    )  # fmt: skip
    sample.start()
    try:
        said = eventually(lambda: sample.output().count("Next try in 2 s") and sample.output())
    finally:
        sample.kill()
    assert "The broker does not take us" in said
    assert "secret" not in said


@pytest.mark.parametrize("name", ["with_kombu.py", "with_nameko.py", "with_amqplib.mjs"])
def test_a_sample_stays_short(name: str) -> None:
    assert len((EXAMPLES / name).read_text().splitlines()) < LINES_MAX
