"""The sandbox tells its stack what became of mails and texts: as the vendors do, and until it is heard."""

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests
from python_http_client.exceptions import ServiceUnavailableError
from sendgrid.helpers.eventwebhook import EventWebhook

from deploy.keys import mail_webhook_key
from tests.fixtures.processes import eventually
from tests.fixtures.sandbox import (
    ANSWER_SECONDS_MAX,
    CLIENT_TIMEOUT_SECONDS,
    RunningSandbox,
    a_mail,
    run_sandbox,
    start_sandbox,
)
from tests.service.sandbox.listening import CALLBACK, ListeningStack

Start = Callable[..., RunningSandbox]
QUICKLY = ("--step-seconds", "0.1", "--retry-seconds", "0.05")
NOT_BY_ITSELF = ("--step-seconds", "600", "--retry-seconds", "0.05")
ADA = "+12125552368"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[ListeningStack]:
    listening = ListeningStack(tmp_path / "stack")
    listening.listen()
    yield listening
    listening.leave()


@pytest.fixture
def telling(start: Start, stack: ListeningStack) -> RunningSandbox:
    """A sandbox that tells the stack what happens, quickly."""
    return start(*stack.options, *QUICKLY)


def send_mail(sandbox: RunningSandbox, *, timeout: float = ANSWER_SECONDS_MAX, **differences: Any) -> None:
    mail = a_mail(**{"custom_args": {"message_id": "m-1"}, **differences})
    sandbox.sendgrid(timeout=timeout).send(mail)


def send_text(sandbox: RunningSandbox, *, timeout: float = ANSWER_SECONDS_MAX, callback: str | None = CALLBACK) -> str:
    """The text's id, or nothing where the answer did not come in time."""
    wanted = {"status_callback": callback} if callback else {}
    client = sandbox.twilio(timeout=timeout)
    return str(client.messages.create(to=ADA, from_="+15005550006", body="Hello", **wanted).sid)


def fates(sandbox: RunningSandbox) -> list[tuple[str, str]]:
    return [(webhook["event"], webhook["state"]) for webhook in reversed(sandbox.listed("webhooks"))]


def has_told_the_end(sandbox: RunningSandbox) -> bool:
    return ("delivered", "arrived") in fates(sandbox)


class TestSendGrid:
    def test_a_mail_is_processed_and_delivered_by_itself(self, telling: RunningSandbox, stack: ListeningStack) -> None:
        send_mail(telling)

        told = stack.hears(2)

        (mail,) = telling.listed("mails")
        assert mail["status"] == "delivered"
        assert {heard.path for heard in told} == {"/v1/webhooks/sendgrid"}
        assert all(stack.believes_mail(heard) for heard in told)
        events = [event for heard in told for event in json.loads(heard.body)]
        assert [event["event"] for event in events] == ["processed", "delivered"]
        for event in events:
            assert (event["email"], event["message_id"]) == ("ada@example.com", "m-1")
            assert event["sg_message_id"].startswith(mail["message_id"])
            assert isinstance(event["timestamp"], int)
        assert events[0]["sg_event_id"] != events[1]["sg_event_id"]
        eventually(lambda: fates(telling) == [("processed", "arrived"), ("delivered", "arrived")])

    def test_every_recipient_has_an_event(self, telling: RunningSandbox, stack: ListeningStack) -> None:
        people = [{"to": [{"email": "ada@example.com"}, {"email": "bob@example.com"}]}]
        send_mail(telling, personalizations=people)
        events = json.loads(stack.hears(1)[0].body)
        assert [event["email"] for event in events] == ["ada@example.com", "bob@example.com"]

    def test_what_is_due_for_several_mails_at_once_is_one_call_and_each_has_its_fate(
        self, telling: RunningSandbox, stack: ListeningStack
    ) -> None:
        telling.post("/_sandbox/webhooks", {"held": True})
        for number in range(3):
            send_mail(telling, custom_args={"message_id": f"m-{number}"})
        eventually(lambda: all(webhook["due_at"] < time.time() for webhook in telling.listed("webhooks")))
        stack.answers.append(503)
        telling.post("/_sandbox/webhooks", {"held": False})

        for heard in stack.hears(2):
            assert stack.believes_mail(heard)
            told = sorted((event["message_id"], event["event"]) for event in json.loads(heard.body))
            assert told == [(f"m-{number}", event) for number in range(3) for event in ("delivered", "processed")]
        eventually(lambda: {state for _, state in fates(telling)} == {"arrived"})
        assert {webhook["tries"] for webhook in telling.listed("webhooks")} == {2}

    def test_a_mail_whose_sender_gave_up_waiting_is_told_all_the_same(
        self, telling: RunningSandbox, stack: ListeningStack
    ) -> None:
        telling.fault("sendgrid", "slow")
        with pytest.raises(TimeoutError):
            send_mail(telling, timeout=CLIENT_TIMEOUT_SECONDS)
        assert [json.loads(heard.body)[0]["event"] for heard in stack.hears(2)] == ["processed", "delivered"]

    def test_a_mail_that_was_not_taken_is_not_told(self, telling: RunningSandbox, stack: ListeningStack) -> None:
        telling.fault("sendgrid", "down")
        with pytest.raises(ServiceUnavailableError):
            send_mail(telling)
        assert telling.listed("webhooks") == []

    @pytest.mark.parametrize(
        ("fate", "event", "facts"),
        [
            ("delivered", "delivered", {"response": "250 OK"}),
            ("bounced", "bounce", {"type": "bounce", "status": "5.1.1"}),
            ("dropped", "dropped", {"reason": "Bounced Address"}),
        ],
    )
    def test_a_button_is_told_and_overtakes_what_was_to_come(
        self, telling: RunningSandbox, stack: ListeningStack, fate: str, event: str, facts: dict[str, str]
    ) -> None:
        telling.post("/_sandbox/webhooks", {"held": True})
        send_mail(telling)
        telling.post(f"/_sandbox/mails/{telling.listed('mails')[0]['id']}/{fate}")
        telling.post("/_sandbox/webhooks", {"held": False})

        (told,) = json.loads(stack.hears(1)[0].body)

        assert told["event"] == event
        assert told.items() >= facts.items()
        expected = [("processed", "overtaken"), ("delivered", "overtaken"), (event, "arrived")]
        eventually(lambda: fates(telling) == expected)
        assert len(stack.heard) == 1


class TestTwilio:
    def test_a_text_is_sent_and_delivered_by_itself_to_the_address_it_was_given(
        self, telling: RunningSandbox, stack: ListeningStack
    ) -> None:
        sid = send_text(telling, callback=f"{CALLBACK}#rc=5&rp=all")

        told = stack.hears(2)

        assert {heard.path for heard in told} == {"/v1/webhooks/twilio/status?message_id=m-1"}
        assert all(stack.believes_text(heard) for heard in told)
        assert [heard.form["MessageStatus"] for heard in told] == ["sent", "delivered"]
        assert {(heard.form["MessageSid"], heard.form["To"]) for heard in told} == {(sid, ADA)}
        assert "ErrorCode" not in told[0].form

    def test_a_text_without_an_address_is_not_told(self, telling: RunningSandbox) -> None:
        sid = send_text(telling, callback=None)
        telling.post(f"/_sandbox/texts/{sid}/undelivered")
        assert telling.listed("webhooks") == []

    def test_a_text_whose_sender_gave_up_waiting_is_told_all_the_same(
        self, telling: RunningSandbox, stack: ListeningStack
    ) -> None:
        telling.fault("twilio", "slow")
        with pytest.raises(requests.Timeout):
            send_text(telling, timeout=CLIENT_TIMEOUT_SECONDS)
        assert [heard.form["MessageStatus"] for heard in stack.hears(2)] == ["sent", "delivered"]

    def test_a_text_that_did_not_arrive_is_told_with_its_code(self, start: Start, stack: ListeningStack) -> None:
        running = start(*stack.options, *NOT_BY_ITSELF)
        sid = send_text(running)
        running.post(f"/_sandbox/texts/{sid}/undelivered")
        (told,) = stack.hears(1)
        assert (told.form["MessageStatus"], told.form["ErrorCode"]) == ("undelivered", "30003")
        assert stack.believes_text(told)

    def test_stop_fails_what_is_on_its_way_to_that_number(self, start: Start, stack: ListeningStack) -> None:
        running = start(*stack.options, *NOT_BY_ITSELF)
        arrived, under_way = send_text(running), send_text(running)
        running.post(f"/_sandbox/texts/{arrived}/delivered")
        stack.hears(1)

        running.post("/_sandbox/numbers/stop", {"number": ADA})

        told = stack.hears(2)[1].form
        assert (told["MessageSid"], told["MessageStatus"], told["ErrorCode"]) == (under_way, "failed", "21610")
        assert {text["id"]: text["status"] for text in running.listed("texts")} == {
            arrived: "delivered", under_way: "failed",
        }  # fmt: skip

    def test_an_address_elsewhere_is_never_called(self, telling: RunningSandbox, stack: ListeningStack) -> None:
        send_text(telling, callback="http://169.254.169.254/latest?x=1")
        assert stack.hears(1)[0].path == "/latest?x=1"


class TestRepeating:
    def test_it_is_told_again_after_growing_pauses_until_the_answer_is_yes(
        self, start: Start, stack: ListeningStack
    ) -> None:
        stack.answers = [503, 500, 403, 302]
        running = start(*stack.options, "--step-seconds", "600", "--retry-seconds", "0.1")
        send_mail(running)
        mail_id = running.listed("mails")[0]["id"]
        running.post(f"/_sandbox/mails/{mail_id}/delivered")

        told = stack.hears(5)

        gaps = [later.at - earlier.at for earlier, later in pairwise(told)]
        assert all(gap > 0.09 * 2**number for number, gap in enumerate(gaps)), gaps
        assert len({heard.body for heard in told}) == 1
        assert all(stack.believes_mail(heard) for heard in told)
        eventually(lambda: ("delivered", "arrived") in fates(running))
        seen = running.listed("webhooks", about=mail_id)[0]
        assert (seen["event"], seen["tries"], seen["last_answer"]) == ("delivered", 5, "204")
        assert "5 tries, last answer 204" in running.page()

    def test_while_nobody_is_there_it_waits(self, start: Start, stack: ListeningStack) -> None:
        stack.leave()
        running = start(*stack.options, *QUICKLY)
        send_mail(running)
        eventually(lambda: any(it["last_answer"] == "no answer" for it in running.listed("webhooks")))

        stack.listen()

        eventually(lambda: fates(running) == [("processed", "arrived"), ("delivered", "arrived")])
        assert len(stack.heard) == 2

    def test_a_restart_does_not_forget_what_was_refused_before(self, start: Start, stack: ListeningStack) -> None:
        stack.otherwise = 503
        before = start(*stack.options, *NOT_BY_ITSELF)
        send_mail(before)
        before.post(f"/_sandbox/mails/{before.listed('mails')[0]['id']}/delivered")
        first = json.loads(stack.hears(2)[0].body)
        before.kill()

        stack.heard.clear()
        stack.otherwise = 204
        after = start(*stack.options, *NOT_BY_ITSELF)

        eventually(lambda: ("delivered", "arrived") in fates(after))
        assert [json.loads(heard.body) for heard in stack.heard] == [first]

    def test_a_mail_whose_answer_was_held_back_is_told_after_a_kill_too(
        self, start: Start, stack: ListeningStack
    ) -> None:
        before = start(*stack.options, "--step-seconds", "600", "--retry-seconds", "0.05")
        before.fault("sendgrid", "slow", seconds=60)
        with pytest.raises(TimeoutError):
            send_mail(before, timeout=CLIENT_TIMEOUT_SECONDS)
        before.kill()
        shorten_the_wait(before.state)

        after = start(*stack.options, *QUICKLY)

        eventually(lambda: fates(after) == [("processed", "arrived"), ("delivered", "arrived")])

    def test_killed_between_any_two_lines_that_it_writes_it_still_tells_the_end(
        self, telling: RunningSandbox, stack: ListeningStack, tmp_path: Path
    ) -> None:
        send_mail(telling)
        eventually(lambda: fates(telling) == [("processed", "arrived"), ("delivered", "arrived")])
        telling.kill()
        lines = telling.state.read_text().splitlines(keepends=True)
        accepted = next(number for number, line in enumerate(lines, start=1) if line.startswith('{"kind": "mails"'))

        for written in range(accepted, len(lines)):
            state = tmp_path / f"killed-after-{written}.jsonl"
            state.write_text("".join(lines[:written]))
            again = run_sandbox(state, *stack.options, *QUICKLY)
            try:
                eventually(partial(has_told_the_end, again), seconds=5, describe=partial(str, lines[written - 1]))
            finally:
                again.close()

    def test_it_is_given_up_in_the_end(self, start: Start, stack: ListeningStack) -> None:
        stack.otherwise = 403
        running = start(*stack.options, "--step-seconds", "600", "--retry-seconds", "0")
        send_mail(running)
        running.post(f"/_sandbox/mails/{running.listed('mails')[0]['id']}/delivered")

        eventually(lambda: ("delivered", "given up") in fates(running))
        assert len(stack.heard) == 24


class TestHoldingBack:
    def test_nothing_is_told_until_somebody_says_so_whoever_restarts_meanwhile(
        self, start: Start, stack: ListeningStack
    ) -> None:
        before = start(*stack.options, *QUICKLY)
        assert before.post("/_sandbox/webhooks", {"held": True}).json() == {"held": True}
        send_mail(before)
        before.kill()
        after = start(*stack.options, *QUICKLY)
        after.post(f"/_sandbox/mails/{after.listed('mails')[0]['id']}/bounced")
        assert "Held back" in after.page()
        assert stack.heard == []

        after.post("/_sandbox/webhooks", {"held": False})

        (told,) = json.loads(stack.hears(1)[0].body)
        assert told["event"] == "bounce"

    def test_a_reset_forgets_the_webhooks_and_lets_new_ones_out(self, start: Start, stack: ListeningStack) -> None:
        running = start(*stack.options, *QUICKLY)
        running.post("/_sandbox/webhooks", {"held": True})
        send_mail(running)

        running.post("/_sandbox/reset")

        assert running.listed("webhooks") == []
        send_mail(running, subject="Another")
        eventually(lambda: fates(running) == [("processed", "arrived"), ("delivered", "arrived")])
        assert len(stack.heard) == 2

    @pytest.mark.parametrize("wanted", [{}, {"held": "perhaps"}, {"held": None}])
    def test_a_word_that_makes_no_sense_is_refused(self, telling: RunningSandbox, wanted: dict[str, Any]) -> None:
        answer = telling.post("/_sandbox/webhooks", wanted)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "held_not_understood")


class TestWithoutStack:
    def test_nothing_is_planned_and_nothing_can_be_held(self, sandbox: RunningSandbox) -> None:
        send_mail(sandbox)
        send_text(sandbox)
        assert sandbox.listed("webhooks") == []
        assert sandbox.listed("mails")[0]["status"] == "accepted"
        assert sandbox.post("/_sandbox/webhooks", {"held": True}).status_code == 404
        assert "belongs to no stack that could be told" in sandbox.page()

    def test_without_keys_it_does_not_start(self, tmp_path: Path, stack: ListeningStack) -> None:
        broken, absent = tmp_path / "broken.pem", str(tmp_path / "absent")
        broken.write_text("not a key")
        gateway, (mails, key, texts, token, money, secret) = stack.options[:2], stack.options[2:]
        for options in (
            (), (mails, key), (mails, key, texts, token), (mails, str(broken), texts, token, money, secret),
            (mails, absent, texts, token, money, secret), (mails, key, texts, absent, money, secret),
            (mails, key, texts, token, money, absent),
        ):  # fmt: skip
            process = start_sandbox(tmp_path / "state.jsonl", *gateway, *options)
            _, said = process.communicate(timeout=ANSWER_SECONDS_MAX)
            assert (process.returncode, said.count("\n")) == (2, 1), said


class TestNoIdempotency:
    """Neither vendor has idempotency keys, and neither has the sandbox: who sends twice reaches the customer twice."""

    KEYS = {"Idempotency-Key": "same", "I-Twilio-Idempotency-Token": "same"}

    def test_the_same_mail_sent_twice_arrives_twice(self, telling: RunningSandbox, stack: ListeningStack) -> None:
        for _ in range(2):
            body = a_mail(custom_args={"message_id": "m-1"})
            answer = telling.post("/v3/mail/send", body, Authorization="Bearer SG.local", **self.KEYS)
            assert answer.status_code == 202
        assert len(telling.listed("mails")) == 2
        events = [event for heard in stack.hears(4) for event in json.loads(heard.body)]
        assert len({event["sg_message_id"] for event in events}) == 2
        assert {event["message_id"] for event in events} == {"m-1"}

    def test_the_same_text_sent_twice_arrives_twice(self, telling: RunningSandbox, stack: ListeningStack) -> None:
        assert send_text(telling) != send_text(telling)
        assert len(telling.listed("texts")) == 2
        assert len({heard.form["MessageSid"] for heard in stack.hears(4)}) == 2


def test_the_stacks_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first, second = mail_webhook_key(folder=tmp_path), mail_webhook_key(folder=tmp_path)
    assert first == second
    assert first.private_file.stat().st_mode & 0o777 == 0o600
    assert str(EventWebhook(first.public).public_key.curve.name) == "secp256r1"


def shorten_the_wait(state: Path) -> None:
    """As if the ten minutes of every planned step had passed."""
    lines = [json.loads(line) for line in state.read_text().splitlines()]
    for line in lines:
        if line["kind"] == "webhooks":
            line["document"]["due_at"] -= 2000
    state.write_text("".join(json.dumps(line) + "\n" for line in lines))
