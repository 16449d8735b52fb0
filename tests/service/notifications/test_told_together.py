"""What is heard together is told together: few statements, and each message keeps its own promise."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any

from sqlalchemy import event, select

from chassis.doors import EventCall, Outcome
from chassis.events import Envelope
from chassis.store import Cause
from services.accounts.contract.events import payment_past_due
from services.notifications.models import contacts
from services.notifications.operations import telling
from services.payments.contract.events import autopay_paused
from tests.builders.notifications import ADA, GRACE, a_contact, a_second_holder
from tests.builders.wiring import A_TRACE, deliver, settings_of
from tests.service.notifications.stage import Stage

DONE, DUPLICATE = Outcome.DONE, Outcome.DUPLICATE
WAITS_SECONDS = 0.5
GRACES_ACCOUNT = "01900000-0000-7000-8000-00000000acc2"


def hear_together(stage: Stage, envelopes: Sequence[Envelope]) -> list[Outcome] | None:
    first, *others = [envelope.to_json() for envelope in envelopes]
    door = getattr(stage.service, f"on_{envelopes[0].name}")
    found = door(body=first, others=others, again=False, settings=settings_of())
    return None if found is None else list(found)


@contextmanager
def statements(stage: Stage) -> Iterator[list[str]]:
    """What is said to the database meanwhile."""
    said: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    event.listen(stage.database.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(stage.database.engine, "before_cursor_execute", note)


def counted(stage: Stage, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in stage.rows(statement)]


def test_fifty_payments_are_told_in_as_many_statements_as_one(stage: Stage) -> None:
    stage.put(a_contact())
    stage.put(a_second_holder())
    with statements(stage) as of_one:
        hear_together(stage, [stage.posted(), stage.posted()])
    with statements(stage) as of_fifty:
        assert hear_together(stage, [stage.posted() for _ in range(50)]) == [DONE] * 50
    assert len(of_fifty) == len(of_one) <= 6
    assert counted(stage, "SELECT channel, state, count(*) FROM messages GROUP BY 1, 2 ORDER BY 1, 2") == [
        ("email", "queued", 104), ("inbox", "delivered", 104), ("sms", "queued", 104),
    ]  # fmt: skip
    assert len(stage.told("inbox_message_added")) == 104


def test_each_is_told_on_account_of_its_own_event(stage: Stage) -> None:
    stage.put(a_contact())
    heard = [stage.posted() for _ in range(3)]
    assert hear_together(stage, heard) == [DONE] * 3
    for name in ("mail_queued", "text_queued", "inbox_message_added"):
        told = stage.told(name)
        assert [one.causation_id for one in told] == [one.id for one in heard]
        assert {one.traceparent.split("-")[1] for one in told} == {A_TRACE.split("-")[1]}


def test_the_same_event_twice_is_told_once(stage: Stage) -> None:
    stage.put(a_contact())
    posted = stage.posted()
    assert sorted(hear_together(stage, [posted, posted]) or ()) == [DONE, DUPLICATE]
    assert counted(stage, "SELECT count(*) FROM messages") == [(3,)]


def test_the_budget_counts_what_is_told_at_the_same_time(stage: Stage) -> None:
    stage.put(a_contact())
    stage.put(a_second_holder())
    stage.heard(payment_past_due)
    paused = [stage.told_elsewhere(autopay_paused) for _ in range(8)]
    assert hear_together(stage, paused) == [DONE] * 8
    assert counted(
        stage,
        "SELECT user_id::text, channel, count(*) FROM messages WHERE state <> 'suppressed' AND channel <> 'inbox'"
        " GROUP BY 1, 2 ORDER BY 1, 2",
    ) == [(ADA, "email", 6), (ADA, "sms", 3), (GRACE, "email", 6), (GRACE, "sms", 3)]


def test_one_that_cannot_be_told_does_not_keep_the_others(stage: Stage) -> None:
    stage.put(a_contact())
    stage.put(a_second_holder(accounts=[{"id": GRACES_ACCOUNT, "last4": "1111"}]))
    stage.change(f"UPDATE contacts SET first_name_sealed = 'x.y' WHERE user_id = '{GRACE}'")
    adas, graces = stage.posted(), stage.posted(account_id=GRACES_ACCOUNT)
    assert hear_together(stage, [adas, graces]) is None
    assert counted(stage, "SELECT count(*) FROM messages") == [(0,)]
    assert [stage.hear(adas), stage.hear(graces)] == [DONE, Outcome.RETRYING]
    assert counted(stage, "SELECT user_id::text, count(*) FROM messages GROUP BY 1") == [(ADA, 3)]


def test_two_who_tell_a_person_at_the_same_time_share_the_budget(stage: Stage) -> None:
    stage.put(a_contact())
    for _ in range(5):
        stage.heard(autopay_paused)
    mine, others = stage.told_elsewhere(autopay_paused), stage.told_elsewhere(payment_past_due)
    other = Thread(target=deliver, args=(stage.service.on_payment_past_due, others))
    with stage.database.writing(cause=Cause(event_id=mine.id, root_id=mine.root_id)) as transaction:
        call = EventCall(transaction, mine, autopay_paused.load(mine))
        telling.tell_people(
            [telling.autopay_paused(call)], now=stage.clock.now(), cipher=stage.service.cipher,
            wording=stage.service.wording,
        )  # fmt: skip
        other.start()
        other.join(WAITS_SECONDS)
        # It cannot know yet what this one comes to.
        assert other.is_alive()
    other.join()
    assert counted(
        stage, "SELECT reason, count(*) FROM messages WHERE channel = 'email' GROUP BY 1 ORDER BY 1"
    ) == [("accepted", 5), ("allowed", 1), ("over_budget", 1)]  # fmt: skip


def test_answers_wait_for_nobody(stage: Stage) -> None:
    stage.put(a_contact())
    with stage.database.writing() as transaction:
        transaction.all(select(contacts).with_for_update())
        assert stage.hear(stage.posted()) is DONE
