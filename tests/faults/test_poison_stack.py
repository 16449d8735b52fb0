"""A whole stack takes in poison at every queue and goes on; what was put aside is then seen and settled by hand."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from chassis.context import CallContext, ContextSigner, deadline_after
from chassis.ids import new_id
from chassis.store import refuse_wrong_driver
from deploy.catalogue import SERVICES
from deploy.topology import bindings
from services.payments.contract.events import payment_posted
from tests.faults.poison.messages import FAR_TIME, FLAGS_CALL, shortstr, table
from tests.faults.poison.sending import REPLY_TO, Answer, Parcel, Sender
from tests.faults.poison.toy import CANARY
from tests.fixtures.broker import a_vhost
from tests.fixtures.processes import eventually
from tests.fixtures.stacks import RunningStack, a_running_stack

pytestmark = [pytest.mark.bus, pytest.mark.slow]

AGENT = CallContext(subject="01900000-0000-7000-8000-0000000000aa", role="agent", request_id="poison")
APPLYING = "evt-payments-payment_posted--accounts.on_payment_posted.v2"
# The gateway only asks.
ANSWERING = set(SERVICES) - {"gateway"}
WAIT_SECONDS_MAX = 5.0


class Poisoner:
    """Sends to a stack what nobody of ours would."""

    def __init__(self, stack: RunningStack, sender: Sender) -> None:
        self._stack, self._sender = stack, sender

    def event(self, queue: str, *, kind: str, source: str, data: Any) -> UUID:
        event_id, now = new_id(at=datetime.now(UTC)), datetime.now(UTC).isoformat()
        attributes = {"id": str(event_id), "source": f"/captive/{source}", "type": kind, "subject": CANARY, "time": now}
        self._sender.post(Parcel(json.dumps({**attributes, "sequence": 1, "data": data}).encode()), queue=queue)
        return event_id

    def poison_events(self) -> None:
        """Every queue gets bytes, an event of a version that is not known yet, and one without its data."""
        for binding in bindings():
            self._sender.post(Parcel(b"\x80\x04" + CANARY.encode()), queue=binding.queue)
            kind, source = binding.event.type, binding.event.source
            later = kind.rpartition(".")[0] + ".v99"
            self.event(binding.queue, kind=later, source=source, data={CANARY: CANARY})
            self.event(binding.queue, kind=kind, source=source, data={CANARY: CANARY})

    def poison_calls(self) -> None:
        """Every service is called by nobody, without sense, and with properties that cannot be read."""
        unreadable = FLAGS_CALL + table(FAR_TIME) + shortstr(b"x") + shortstr(REPLY_TO.encode())
        for service in ANSWERING:
            for parcel in (
                Parcel(CANARY.encode()),
                Parcel(CANARY.encode(), {"reply_to": REPLY_TO, "correlation_id": service}),
                Parcel(CANARY.encode(), raw=unreadable),
            ):
                self._sender.call(parcel, method=f"{service}.forget_everything")

    def post_payment(self, account_id: str, **changed: Any) -> UUID:
        data = {
            "payment_id": str(new_id(at=datetime.now(UTC))), "account_id": account_id, "presentment_number": 1,
            "amount_cents": 100, "effective_on": datetime.now(UTC).date().isoformat(), "extra": None,
            "method_type": "bank_account", "method_last4": "6789",
        }  # fmt: skip
        return self.event(APPLYING, kind=payment_posted.type, source="payments", data=data | changed)

    def ask(self, method: str, request: Any) -> Callable[[], Answer | None]:
        """A call by staff; gives what looks for its answer."""
        signer = ContextSigner(folder=Path(self._stack.record()["keys"]), issuer="gateway")
        expires_at = deadline_after(datetime.now(UTC), timeout_seconds=20)
        kwargs = {"request": request, "context": signer.sign(AGENT, method=method, expires_at=expires_at)}
        answered_to = {"reply_to": REPLY_TO, "correlation_id": f"{method} {time.time()}"}
        self._sender.call(Parcel(json.dumps({"kwargs": kwargs}).encode(), answered_to), method=method)
        return lambda: self._answer(answered_to["correlation_id"])

    def _answer(self, mark: str) -> Answer | None:
        self._sender.listen(seconds=0.02)
        return self._sender.answers.get(mark)


def rows(stack: RunningStack, service: str, query: str, **values: Any) -> list[Any]:
    engine = create_engine(refuse_wrong_driver(stack.record()["database_urls"][service]))
    with engine.begin() as connection:
        found = connection.execute(text(query), values).scalars().all()
    engine.dispose()
    return list(found)


def states(stack: RunningStack, *event_ids: UUID) -> list[str]:
    """What became of events of accounts, where they are known."""
    return rows(stack, "accounts", "SELECT state FROM inbox WHERE event_id = ANY(:ids)", ids=list(event_ids))


@pytest.fixture
def bus() -> Iterator[str]:
    """With nobody else's dead letters in it."""
    with a_vhost() as url:
        yield url


def test_a_stack_goes_on_and_a_person_settles_what_it_put_aside(bus: str, tmp_path: Path) -> None:
    with a_running_stack(data=tmp_path / "data", bus=bus) as stack, closing(Sender(bus)) as sender:
        before, poisoner = stack.record()["children"], Poisoner(stack, sender)
        (account_id,) = rows(stack, "accounts", "SELECT id::text FROM accounts ORDER BY id LIMIT 1")
        poisoner.poison_calls()
        poisoner.poison_events()
        far = [poisoner.post_payment(account_id, effective_on=day) for day in ("9999-12-31", "0001-01-01")]
        unstorable = poisoner.post_payment(account_id, method_last4=f"{CANARY}\0")

        goes_on(stack, poisoner, account_id=account_id)

        eventually(lambda: len(states(stack, *far, unstorable)) == 3, describe=stack.output)
        assert states(stack, unstorable) == ["parked"]
        assert {sender.answers[service].is_refusal for service in ANSWERING} == {True}
        listed = eventually(lambda: with_all_dead_letters(stack), describe=stack.output)
        a_person_settles(stack, listed, event_id=unstorable)
        a_person_settles_the_dead(stack)
        assert stack.record()["children"] == before, "no process has ended"
        assert [line for line in stack.output().splitlines() if CANARY in line] == []


def goes_on(stack: RunningStack, poisoner: Poisoner, *, account_id: str) -> None:
    """What is sent behind the poison is handled: an event by all who listen, and a call."""
    sent_at = time.monotonic()
    event_id = poisoner.post_payment(account_id)
    answer = eventually(poisoner.ask("accounts.get_account", {"account_id": account_id}), describe=stack.output)
    eventually(lambda: states(stack, event_id) == ["done"], describe=stack.output)
    assert answer.content["error"] is None
    assert time.monotonic() - sent_at <= WAIT_SECONDS_MAX


def with_all_dead_letters(stack: RunningStack) -> str | None:
    """What a person is shown, once every handler has put aside what was no event, each in the place of its service."""
    listed = stack.captive("parked", "list").stdout
    shown = Counter(line.split("  ")[1] for line in listed.splitlines() if line.startswith("letter-"))
    wanted = Counter(f"{binding.service}.{binding.method}" for binding in bindings())
    return listed if shown == wanted else None


def a_person_settles(stack: RunningStack, listed: str, *, event_id: UUID) -> None:
    """One event of a service."""
    assert f"{event_id}  accounts.on_payment_posted  {payment_posted.type}  1 tries  Impossible" in listed
    assert str(event_id) in stack.captive("parked", "show", str(event_id)).stdout
    stack.captive("parked", "retry", str(event_id))
    eventually(lambda: states(stack, event_id) == ["parked"], describe=stack.output)
    stack.captive("parked", "drop", str(event_id))
    assert states(stack, event_id) == ["done"]


def a_person_settles_the_dead(stack: RunningStack) -> None:
    """One dead letter by its name, as the list prints it; it goes back to the handler that it came from."""
    (line,) = letters_of(stack, "accounts.on_payment_posted")
    name, handler, event, reason = line.split("  ")
    assert (event, reason) == ("no event", "rejected: no event for it")
    assert f"{name} {handler}: " in stack.captive("parked", "show", name).stdout
    before = stack.output().count("message is no text of ours")
    assert "1 of" in stack.captive("parked", "retry", name).stdout
    eventually(lambda: stack.output().count("message is no text of ours") > before, describe=stack.output)
    eventually(lambda: letters_of(stack, handler) == [line], describe=stack.output)
    assert "1 of" in stack.captive("parked", "drop", APPLYING).stdout
    assert letters_of(stack, handler) == []
    assert letters_of(stack, "accounts.on_payment_returned"), "the others stay where they are"


def letters_of(stack: RunningStack, handler: str) -> list[str]:
    listed = stack.captive("parked", "list").stdout
    return [line for line in listed.splitlines() if line.startswith("letter-") and f"  {handler}  " in line]
