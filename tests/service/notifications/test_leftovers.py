"""Messages that the release before queued for inboxes come to lie there, each once."""

from dataclasses import replace

import pytest

from services.notifications.rules.alerts import OCCASIONS
from services.notifications.rules.kinds import Kind
from tests.builders.notifications import ACCOUNT, ADA, a_contact
from tests.builders.wiring import a_customer, call
from tests.service.notifications.stage import Stage


def left_by_the_release_before(stage: Stage) -> str:
    """A payment's message as it was queued for Ada's inbox then; its words are those of the mail that waits beside."""
    stage.hear(stage.posted())
    ((message_id,),) = stage.rows("SELECT id FROM messages WHERE channel = 'inbox' AND state = 'delivered'")
    ((mail_id, sealed),) = stage.rows("SELECT id, variables_sealed FROM messages WHERE channel = 'email'")
    cipher = stage.service.cipher
    words = cipher.encrypt(cipher.decrypt(sealed, bound_to=str(mail_id)), bound_to=str(message_id))
    stage.change(f"DELETE FROM inbox_items WHERE message_id = '{message_id}'")
    stage.change(
        "UPDATE messages SET state = 'queued', reason = 'allowed', sent_at = NULL, delivered_at = NULL, "
        f"variables_sealed = '{words}' WHERE id = '{message_id}'"
    )
    return str(message_id)


def title(stage: Stage, message_id: str) -> str:
    request = {"message_id": message_id}
    item = call(stage.service.read_inbox_item, request=request, context=a_customer(user_id=ADA, accounts=(ACCOUNT,)))
    return str(item["title"])


def test_are_laid_once_with_their_words(stage: Stage) -> None:
    stage.put(a_contact())
    message_id = left_by_the_release_before(stage)
    told_before = len(stage.told("inbox_message_added"))
    for _ in range(2):
        stage.service.every_minute_lay_leftovers()
    assert stage.kept_everywhere()["inbox"] == ("delivered", "delivered")
    assert "$412.37" in title(stage, message_id)
    assert len(stage.told("inbox_message_added")) == told_before + 1
    assert stage.rows(f"SELECT variables_sealed FROM messages WHERE id = '{message_id}'") == [(None,)]


def test_are_not_laid_where_they_may_not_be_told_any_more(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OCCASIONS, "payment_received", replace(OCCASIONS["payment_received"], kind=Kind.DEMAND))
    stage.put(a_contact())
    left_by_the_release_before(stage)
    stage.flag("bankruptcy")
    stage.service.every_minute_lay_leftovers()
    assert stage.kept_everywhere()["inbox"][0] == "suppressed"
    assert stage.rows("SELECT count(*) FROM inbox_items") == [(0,)]


def test_one_that_cannot_be_read_keeps_nobody_elses(stage: Stage) -> None:
    stage.put(a_contact())
    unreadable = left_by_the_release_before(stage)
    stage.change(f"UPDATE messages SET variables_sealed = 'x.y' WHERE id = '{unreadable}'")
    stage.change("DELETE FROM messages WHERE channel = 'email'")
    readable = left_by_the_release_before(stage)
    stage.service.every_minute_lay_leftovers()
    assert stage.rows("SELECT id::text FROM messages WHERE channel = 'inbox' AND state = 'queued'") == [(unreadable,)]
    assert "$412.37" in title(stage, readable)
