"""On a whole stack: both vendors take a message and never answer; their webhooks settle what nobody knew."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import create_engine, text

from chassis.store import refuse_wrong_driver
from deploy.demo.client import Client, a_key
from deploy.demo.story import BANK_ACCOUNT
from services.notifications.providers.channels import READ_SECONDS
from tests.fixtures.processes import eventually
from tests.fixtures.stacks import RunningStack, a_running_stack

SAMUELS_NUMBER = "+13125550117"


@pytest.mark.slow
def test_a_mail_and_a_text_that_hung_are_delivered_once_their_vendors_say_so(tmp_path: Path) -> None:
    with a_running_stack(data=tmp_path / "data") as stack:
        post(stack, "webhooks", held=True)
        for vendor in ("sendgrid", "twilio"):
            post(stack, "faults", provider=vendor, mode="slow", seconds=READ_SECONDS + 3, calls=1)
        samuel = pay_as_samuel(stack)

        eventually(
            lambda: states(stack) == {"email": "unknown", "sms": "unknown"}, seconds=READ_SECONDS + 15,
            describe=lambda: str(states(stack)),
        )  # fmt: skip
        assert len(confirmations(stack, samuel)) == len(listed(stack, "texts", to=SAMUELS_NUMBER)) == 1
        restart_the_sandbox(stack)
        assert states(stack) == {"email": "unknown", "sms": "unknown"}
        post(stack, "webhooks", held=False)

        eventually(
            lambda: states(stack) == {"email": "delivered", "sms": "delivered"}, describe=lambda: str(states(stack))
        )
        mails, texts = confirmations(stack, samuel), listed(stack, "texts", to=SAMUELS_NUMBER)
        assert (len(mails), len(texts)) == (1, 1)
        for message in (*mails, *texts):
            told = listed(stack, "webhooks", about=message["id"])
            assert [(webhook["state"], webhook["last_answer"]) for webhook in told] == [("arrived", "204")] * 2
        assert events_told(stack, "notification_delivered") == 2
        assert stack.stop() == 0


def pay_as_samuel(stack: RunningStack) -> str:
    """One payment, which is confirmed by a mail and a text; gives the address of the mail."""
    (login,) = [entry for entry in json.loads((stack.data / "logins.json").read_text()) if "samuel" in entry["user_id"]]
    client = Client(url=stack.url)
    assert client.sign_in(user_id=login["user_id"], password=login["password"])
    (account,) = client.get("/v1/accounts")["data"]
    key = {"Idempotency-Key": a_key()}
    method = client.post("/v1/payment-methods", {**BANK_ACCOUNT, "holder_name": "Samuel"}, expect=201, headers=key)
    payment = {"amount_cents": 5000, "payment_method_id": method["id"]}
    client.post(f"/v1/accounts/{account['id']}/payments", payment, expect=201, headers={"Idempotency-Key": a_key()})
    address: str = login["user_id"]
    return address


def restart_the_sandbox(stack: RunningStack) -> None:
    """Kill it; its supervisor starts it again on what it has written down."""
    before = stack.record()["children"]["sandbox"]
    os.kill(before, signal.SIGKILL)
    eventually(lambda: stack.record()["children"].get("sandbox") not in (None, before), describe=stack.output)
    eventually(lambda: requests.get(f"{stack.record()['sandbox_url']}/health/live", timeout=2).ok)


def states(stack: RunningStack) -> dict[str, str]:
    """What notifications knows of the confirmations, by the channels that vendors carry."""
    wanted = "SELECT channel, state FROM messages WHERE template = 'payment_received' AND channel <> 'inbox'"
    return dict(rows(stack, wanted))


def events_told(stack: RunningStack, name: str) -> int:
    counted = rows(
        stack,
        f"SELECT count(*) FROM outbox o JOIN messages m ON o.body::json->'data'->>'message_id' = m.id::text"
        f" WHERE m.template = 'payment_received' AND o.routing_key = '{name}'",
    )
    return int(counted[0][0])


def rows(stack: RunningStack, statement: str) -> list[Any]:
    engine = create_engine(refuse_wrong_driver(stack.record()["database_urls"]["notifications"]))
    try:
        with engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]
    finally:
        engine.dispose()


def confirmations(stack: RunningStack, address: str) -> list[dict[str, Any]]:
    return [mail for mail in listed(stack, "mails", to=address) if "payment" in mail["subject"]]


def listed(stack: RunningStack, kind: str, **query: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{stack.record()['sandbox_url']}/_sandbox/{kind}", params=query, timeout=5)
    data: list[dict[str, Any]] = answer.json()["data"]
    return data


def post(stack: RunningStack, what: str, **body: Any) -> None:
    answer = requests.post(f"{stack.record()['sandbox_url']}/_sandbox/{what}", json=body, timeout=5)
    assert answer.status_code == 200, answer.text
