"""Subscribers are declared, seen, narrowed and taken away, in the file and on the broker; what waits there stays."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chassis.bus.link import open_channel
from chassis.bus.topology import dead_letters
from deploy.cli.broker import command as broker_command
from deploy.cli.parked import command as parked_command
from deploy.rabbitmq.subscribers import Subscriber, read_subscribers
from deploy.stack import StackProblem
from deploy.subscriptions import missing_queues
from deploy.topology import declare_all

Run = Callable[..., str]
BILLING = Subscriber("billing", ("payments.payment_declined", "payments.payment_posted"))
BOTH = ("--event", "payment_posted", "--event", "payments.payment_declined")


@pytest.fixture
def subscriber(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`captive broker subscriber …` in a folder of its own, without a broker."""
    monkeypatch.delenv("BUS_URL", raising=False)

    def run(*words: str, group: Any = broker_command) -> str:
        given = ["subscriber", *words] if group is broker_command else list(words)
        return CliRunner().invoke(group, [*given, "--data", str(tmp_path)], catch_exceptions=False).output

    return run


def test_what_is_added_adds_up_and_what_is_removed_goes(subscriber: Run, tmp_path: Path) -> None:
    subscriber("add", "billing", "--event", "payment_posted")
    subscriber("add", "billing", "--event", "payment_declined")
    subscriber("add", "audit", "--event", "accounts.account_opened")
    audit = Subscriber("audit", ("accounts.account_opened",))
    assert read_subscribers(tmp_path / "subscribers.json") == [audit, BILLING]
    assert "billing  sub.billing.v1  payments.payment_declined, payments.payment_posted" in subscriber("list")
    told = subscriber("remove", "billing", "--event", "payment_posted")
    assert told.startswith("billing gets payments.payment_declined\nan import takes nothing away")
    assert "rabbitmqctl delete_user sub-billing" in subscriber("remove", "billing")
    assert read_subscribers(tmp_path / "subscribers.json") == [audit]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "Billing", *BOTH), "cannot name a subscriber"),
        (("add", "bil.ling", *BOTH), "cannot name a subscriber"),
        (("add", "billing"), "Name at least one event"),
        (("add", "billing", "--event", "payment_submitted"), "promised to nobody"),
        (("add", "billing", "--event", "payment_made"), "No service tells payment_made"),
        (("remove", "billing"), "There is no subscriber billing"),
    ],
)
def test_what_makes_no_sense_is_refused(subscriber: Run, tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(StackProblem, match=sentence):
        subscriber(*words)
    assert read_subscribers(tmp_path / "subscribers.json") == []


@pytest.mark.parametrize("text", ["[]", "{", '{"billing": 1}', '{"b.c": []}', '{"b": ["payment_posted"]}'])
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "subscribers.json").write_text(text)
    with pytest.raises(StackProblem, match=r"subscribers\.json|cannot name a subscriber"):
        read_subscribers(tmp_path / "subscribers.json")


def put(url: str, *, key: str, exchange: str = "payments.events", body: str = "x") -> None:
    with open_channel(url) as channel:
        message = channel.prepare_message(body, content_encoding="utf-8")
        channel.basic_publish_confirm(message, exchange=exchange, routing_key=key)


def taken(url: str, queue: str) -> list[str]:
    with open_channel(url) as channel:
        return [message.body for message in iter(lambda: channel.basic_get(queue, no_ack=True), None)]


@pytest.mark.bus
def test_beside_a_broker_it_is_done_at_once(subscriber: Run, broker_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    declare_all(url=broker_url)
    monkeypatch.setenv("BUS_URL", broker_url)
    subscriber("add", "billing", *BOTH)
    for event in ("payment_posted", "payment_declined", "payment_submitted"):
        put(broker_url, key=event, body=event)
    assert taken(broker_url, BILLING.queue) == ["payment_posted", "payment_declined"]
    subscriber("remove", "billing", "--event", "payment_declined")
    for event in ("payment_posted", "payment_declined"):
        put(broker_url, key=event, body=event)
    with pytest.raises(StackProblem, match=r"Messages wait in sub\.billing\.v1"):
        subscriber("remove", "billing")
    put(broker_url, key="payment_posted", body="told while it is being removed")
    assert taken(broker_url, BILLING.queue) == ["payment_posted"]
    subscriber("remove", "billing")
    assert missing_queues(url=broker_url, subscribers=[BILLING]) == [BILLING.queue]


@pytest.mark.bus
def test_a_subscriber_whose_queue_was_never_declared_can_be_removed(
    subscriber: Run, broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare_all(url=broker_url)
    subscriber("add", "later", *BOTH)
    monkeypatch.setenv("BUS_URL", broker_url)
    subscriber("remove", "later")
    assert "0 subscribers" in subscriber("list")


@pytest.mark.bus
def test_an_operator_settles_a_subscribers_dead_letters(
    subscriber: Run, broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare_all(url=broker_url)
    monkeypatch.setenv("BUS_URL", broker_url)
    subscriber("add", "billing", *BOTH)
    put(broker_url, exchange="", key=dead_letters(BILLING.queue), body="poison")
    assert "sub.billing.v1: poison" in subscriber("show", BILLING.queue, group=parked_command)
    subscriber("retry", BILLING.queue, group=parked_command)
    assert taken(broker_url, BILLING.queue) == ["poison"]
    subscriber("remove", "billing")
