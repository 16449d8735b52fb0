"""Every named line of the sending path × what the vendor makes of the call × when its webhook comes.

A process dies at the line, another finds what it left. Lost and sent twice are never allowed; `unknown` is, where no
word of the vendor ever comes, and is counted. A sample by default, all with `CAPTIVE_TEST_FULL=1`; the counts are
printed.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from chassis.doors import Outcome
from chassis.events import Envelope
from tests.builders.notifications import a_contact
from tests.service.notifications.scripted import Script, ScriptedVendor
from tests.service.notifications.stage import Stage, sendgrid_at, twilio_at
from tests.service.notifications.webhooks import SendGrid, Twilio, an_event
from tests.unit.gateway.builders import Gateway

QUEUEING = ("inbox.taken", "outbox.told", "outbox.saved", "reaction.before_commit", "reaction.after_commit")
SENDING = (
    "errand.started", "vendor.before_call", "vendor.after_call", "outbox.told", "outbox.saved", "errand.unknown",
    "errand.released", "errand.before_done", "errand.after_done",
)  # fmt: skip
WEBHOOKS = ("never", "before", "after", "twice")
CHANNELS = ("email", "sms")
SAMPLE = 60
ANSWER_SECONDS_MAX = 0.25


@dataclass(frozen=True)
class Case:
    """One crash."""

    queueing: str | None
    sending: str | None
    script: Script
    webhook: str
    channel: str


CASES = [
    *(
        Case(queueing=None, sending=point, script=script, webhook=webhook, channel=channel)
        for point in (None, *SENDING) for script in Script for webhook in WEBHOOKS for channel in CHANNELS
    ),
    *(
        Case(queueing=point, sending=None, script=Script.ACCEPTED, webhook=webhook, channel=channel)
        for point in QUEUEING for webhook in WEBHOOKS for channel in CHANNELS
    ),
]  # fmt: skip


@pytest.fixture
def vendor() -> Iterator[ScriptedVendor]:
    running = ScriptedVendor()
    yield running
    running.close()


@pytest.fixture
def report(gateway: Gateway, sendgrid: SendGrid, twilio: Twilio) -> Callable[[str, str], None]:
    """The vendor reports that a message of ours arrived."""

    def report(channel: str, message_id: str) -> None:
        is_mail = channel == "email"
        told = sendgrid.posts(an_event(message_id)) if is_mail else twilio.calls_back(message_id)
        assert told.sent_to(gateway).status_code == 204

    return report


def test_nothing_is_lost_and_nothing_is_sent_twice(
    stage: Stage, vendor: ScriptedVendor, report: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    is_full = bool(os.environ.get("CAPTIVE_TEST_FULL"))
    stage.put(a_contact())
    count: Counter[str] = Counter()
    wrong: list[tuple[Case, str]] = []
    for case in CASES if is_full else random.sample(CASES, SAMPLE):
        verdict = _played(case, stage=stage, vendor=vendor, report=report, count=count)
        count[verdict] += 1
        if verdict in ("lost", "twice", "stuck", "wrong"):
            wrong.append(
                (case, f"{verdict}: {stage.rows('SELECT state, reason FROM messages ORDER BY id DESC LIMIT 2')}")
            )
    with capsys.disabled():
        counted = ", ".join(f"{name} {count[name]}" for name in ("lost", "twice", "stuck", "wrong", "unknown"))
        print(f"\ncrash matrix: {counted}, of {sum(count.values()) - count['landed']}; {count['landed']} died")
    assert wrong == []
    # What never lands shows nothing.
    assert count["landed"] >= (sum(count.values()) - count["landed"]) / 4


def _played(
    case: Case, *, stage: Stage, vendor: ScriptedVendor, report: Callable[[str, str], None], count: Counter[str]
) -> str:
    # Connections and the gate belong to one process: each case has its own.
    stage.service.mail = sendgrid_at(vendor.url, read_seconds=ANSWER_SECONDS_MAX)
    stage.service.texts = twilio_at(vendor.url, read_seconds=ANSWER_SECONDS_MAX)
    payment = stage.posted()
    if case.queueing is not None:
        count["landed"] += _died(stage, lambda: stage.hear(payment), at=case.queueing)
    stage.hear(payment)
    (queued,) = [
        told for told in stage.queued() if told.causation_id == payment.id and told.name == _QUEUED[case.channel]
    ]
    message_id = str(queued.data["message_id"])
    vendor.next_call(case.script)
    if case.sending is not None:
        count["landed"] += _died(stage, lambda: stage.send(queued), at=case.sending)
    is_reported = False
    for moment in ("before", "after"):
        # Of what they have not sent they have nothing to say.
        if case.webhook in (moment, "twice") and vendor.sent[message_id]:
            report(case.channel, message_id)
            is_reported = True
        if moment == "before":
            _recover(stage, queued)
    state, _ = stage.mail_state(message_id)
    return _verdict(case, state=state, copies=vendor.sent[message_id], is_reported=is_reported)


def _recover(stage: Stage, queued: Envelope) -> None:
    """Whoever comes next, until nothing is left to do."""
    for _ in range(6):
        if stage.send(queued) is Outcome.DUPLICATE:
            return


def _verdict(case: Case, *, state: str, copies: int, is_reported: bool) -> str:
    if copies > 1:
        return "twice"
    if state in ("queued", "sending"):
        return "stuck"
    if is_reported:
        return "settled" if state == "delivered" else "wrong"
    if state == "unknown":
        return "unknown"
    if copies == 1:
        return "settled" if state == "sent" else "wrong"
    return "refused" if state == "failed" and case.script is Script.REFUSED else "lost"


def _died(stage: Stage, work: Callable[[], object], *, at: str) -> bool:
    """Whether the process came to that line, and died of it; where not, it has done its work."""
    try:
        stage.dies_while(work, at=at)
    except AssertionError:
        return False
    return True


_QUEUED = {"email": "mail_queued", "sms": "text_queued"}
