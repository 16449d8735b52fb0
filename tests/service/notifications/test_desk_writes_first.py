"""Staff begin a conversation: the customer sees it live, is told of it, and answers as in any other."""

from typing import Any

import pytest

from chassis.doors import Outcome
from chassis.errors import Forbidden, NotFound
from services.notifications.contract.conversations import OPEN_MAX
from services.notifications.contract.errors import TooManyConversations
from services.notifications.operations import drafts
from services.payments.contract.errors import CardNumberRefused
from tests.builders.notifications import ACCOUNT, ADA, GRACE, a_contact, a_second_holder
from tests.builders.wiring import a_customer, call, deliver
from tests.service.notifications.conversing import ROBIN, ada, grace, robin
from tests.service.notifications.stage import Stage

BEGIN = {"topic": "documents", "subject": "Your insurance", "body": "Please send us the new policy."}


def begins(stage: Stage, *, key: str | None = None, **differences: Any) -> str:
    request = {"user_id": ADA, "account_id": ACCOUNT, **BEGIN, **differences}
    return str(robin(stage).ask("begin_conversation", key=key, **request).data["conversation_id"])


def tell(stage: Stage) -> None:
    """What staff wrote is heard of, and what that queues is sent once it has waited."""
    for told in stage.told("conversation_replied"):
        assert deliver(stage.service.on_conversation_replied, told) is Outcome.DONE
    stage.change("UPDATE messages SET not_before = NULL")
    with stage.database.writing() as transaction:
        for row in stage.rows("SELECT id, channel FROM messages WHERE state = 'queued' ORDER BY id"):
            drafts.announce(transaction, row[0], channel=row[1])
    stage.send_all()


def test_the_customer_reads_it_and_answers_who_began(stage: Stage) -> None:
    stage.put(a_contact())
    one = begins(stage)
    seen = ada(stage).sees(one)
    assert (seen["waiting_for"], seen["messages_count"], seen["subject"]) == ("customer", 1, "Your insurance")
    assert (seen["customer_read_id"], seen["account_id"]) == (None, ACCOUNT)
    assert ada(stage).reads(one) == ["Please send us the new policy."]
    ada(stage).writes(one, "Here it is.")
    desk = robin(stage).sees(one)
    assert (desk["agent_id"], desk["queue"], desk["waiting_for"]) == (ROBIN, "titles", "staff")
    steps = robin(stage).ask("export_conversation", conversation_id=one).data["steps"]
    assert [(step["kind"], step["author"], step["actor_id"]) for step in steps] == [("opened", "staff", ROBIN)]
    assert ROBIN not in str(ada(stage).ask("export_conversation", conversation_id=one).data)


def test_open_pages_and_other_systems_hear_of_it(stage: Stage) -> None:
    stage.put(a_contact())
    one = begins(stage)
    (replied,) = stage.told("conversation_replied")
    assert (replied.data["conversation_id"], replied.data["is_first"]) == (one, True)
    (page,), (desk,) = stage.told("conversation_changed"), stage.told("conversation_moved")
    assert (page.data["user_id"], page.data["what"], page.data["author"]) == (ADA, "opened", "staff")
    assert (desk.data["what"], desk.data["agent_id"]) == ("opened", ROBIN)


@pytest.mark.parametrize(
    ("language", "subject"), [("en", "You have a message from us"), ("es", "Tiene un mensaje nuestro")]
)
def test_the_customer_is_told_of_a_message_and_not_of_an_answer(stage: Stage, language: str, subject: str) -> None:
    stage.put(a_contact(language=language))
    begins(stage)
    tell(stage)
    assert [mail["subject"] for mail in stage.sandbox.listed("mails")] == [subject]
    (item,) = call(stage.service.list_inbox, request={}, context=a_customer(user_id=ADA))["data"]
    assert (item["title"], item["alert"], item["account_id"]) == (subject, "conversation", ACCOUNT)
    assert "policy" not in item["text"]


def test_only_that_customer_is_told_and_nobody_where_they_asked_for_silence(stage: Stage) -> None:
    stage.put(a_contact())
    stage.put(a_second_holder())
    stage.flag("cease_contact")
    one = begins(stage)
    tell(stage)
    assert set(stage.kept_everywhere().values()) == {("suppressed", "account_flagged")}
    assert stage.kept_everywhere(user_id=GRACE) == {}
    assert ada(stage).reads(one) == ["Please send us the new policy."]


def test_the_same_request_twice_begins_one(stage: Stage) -> None:
    stage.put(a_contact())
    assert begins(stage, key="insurance-1") == begins(stage, key="insurance-1")
    assert len(ada(stage).ask("list_conversations").data["data"]) == 1


def test_nobody_is_written_to_whom_we_do_not_know_or_about_an_account_of_another(stage: Stage) -> None:
    stage.put(a_contact())
    stage.put(a_second_holder(accounts=[]))
    for stranger, field in (
        ({"user_id": ROBIN, "account_id": None}, "/user_id"), ({"user_id": ROBIN}, "/user_id"),
        ({"user_id": GRACE}, "/account_id"),
    ):  # fmt: skip
        with pytest.raises(NotFound) as refused:
            begins(stage, **stranger)
        assert [error.pointer for error in refused.value.errors] == [field]
        assert "path" not in refused.value.detail
    assert begins(stage, user_id=GRACE, account_id=None)


def test_customers_begin_none_with_others(stage: Stage) -> None:
    stage.put(a_contact())
    with pytest.raises(Forbidden):
        grace(stage).ask("begin_conversation", user_id=ADA, **BEGIN)


def test_a_card_number_is_refused_and_so_is_one_too_many(stage: Stage) -> None:
    stage.put(a_contact())
    with pytest.raises(CardNumberRefused):
        begins(stage, body="Was it 4242-4242-4242-4242?")
    for _ in range(OPEN_MAX):
        begins(stage)
    with pytest.raises(TooManyConversations):
        begins(stage)
