"""Messages that wait go out together, and each of them keeps its own promise."""

from collections.abc import Sequence

import pytest

from chassis.doors import Outcome
from chassis.events import Envelope
from tests.builders.wiring import settings_of
from tests.service.notifications.stage import Stage

DONE, DUPLICATE, WAITING = Outcome.DONE, Outcome.DUPLICATE, Outcome.WAITING


def mails(stage: Stage, number: int) -> list[Envelope]:
    """So many mails that wait."""
    for each in range(number):
        stage.send_secure_mail(key=f"registration-{each}", to_email=f"person{each}@example.com")
    return stage.queued()


def send_together(stage: Stage, queued: Sequence[Envelope]) -> list[Outcome]:
    first, *others = [envelope.to_json() for envelope in queued]
    # Longer than it takes: nobody else takes over meanwhile.
    settings = settings_of(ERRAND_LEASE_SECONDS=15.0)
    found = stage.service.on_mail_queued(body=first, others=others, again=False, settings=settings)
    return list(found)


def recipients(stage: Stage) -> list[str]:
    return sorted(mail["to"][0]["email"] for mail in stage.sandbox.listed("mails"))


def states(stage: Stage) -> dict[str, int]:
    return {row[0]: row[1] for row in stage.rows("SELECT state, count(*) FROM messages GROUP BY state")}


def test_each_goes_out_once_and_is_told_on_account_of_its_own_event(stage: Stage) -> None:
    queued = mails(stage, 10)

    assert send_together(stage, queued) == [DONE] * 10
    assert send_together(stage, queued) == [DUPLICATE] * 10

    assert recipients(stage) == sorted(f"person{each}@example.com" for each in range(10))
    assert {told.causation_id for told in stage.sent()} == {event.id for event in queued}
    assert stage.rows("SELECT count(*) FROM attempts WHERE state = 'done' AND body = ''")[0][0] == 10


def test_the_same_event_twice_in_one_handful_is_sent_once(stage: Stage) -> None:
    (queued,) = mails(stage, 1)

    assert sorted(send_together(stage, [queued, queued])) == [DONE, DUPLICATE]
    assert len(recipients(stage)) == 1


def test_one_that_cannot_be_written_does_not_keep_the_others(stage: Stage) -> None:
    queued = mails(stage, 3)
    stage.change(f"UPDATE messages SET variables_sealed = 'x.y' WHERE id = '{queued[1].data['message_id']}'")

    assert send_together(stage, queued) == [DONE, Outcome.RETRYING, DONE]
    assert recipients(stage) == ["person0@example.com", "person2@example.com"]
    assert states(stage) == {"sent": 2, "queued": 1}


def test_one_that_is_refused_and_one_without_an_answer_are_those_alone(stage: Stage) -> None:
    stage.send_secure_mail(key="refused", to_email="ada@localhost")
    queued = mails(stage, 2)

    assert send_together(stage, queued) == [DONE] * 3
    assert states(stage) == {"failed": 1, "sent": 2}


@pytest.mark.parametrize("mode", ["down", "rate_limited"])
def test_while_the_vendor_is_down_all_of_them_wait_as_before(stage: Stage, mode: str) -> None:
    queued = mails(stage, 5)
    stage.sandbox.fault("sendgrid", mode)

    assert send_together(stage, queued) == [WAITING] * 5
    assert states(stage) == {"queued": 5}
    assert recipients(stage) == []


@pytest.mark.parametrize(
    ("at", "sent", "unknown"),
    [
        ("errand.started", 4, 0),
        ("vendor.before_call", 0, 4),
        ("vendor.after_call", 1, 4),
        ("errand.before_done", 4, 0),
        ("errand.after_done", 4, 0),
    ],
)
def test_a_process_that_dies_leaves_none_of_them_to_be_sent_twice(
    stage: Stage, at: str, sent: int, unknown: int
) -> None:
    queued = mails(stage, 4)
    stage.dies_while(lambda: send_together(stage, queued), at=at)
    # As the sweep, once the lease is over.
    stage.change("UPDATE attempts SET claimed_until = now() - interval '1 second' WHERE state = 'started'")

    stage.send_all()
    stage.send_all()

    assert states(stage).get("unknown", 0) == unknown
    assert len(recipients(stage)) == len(set(recipients(stage))) == sent
