"""A customer and the desk converse: what each side sees, what the other never does, and what is kept of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from chassis.errors import Forbidden, IdempotencyKeyReused, InvalidRequest, NotFound
from chassis.keys import FieldCipher, add_secret_key
from services.notifications.contract.conversations import ATTACHMENTS_MAX, OPEN_MAX
from services.notifications.contract.errors import (
    AttachmentNotUsable,
    AttachmentTypeRefused,
    ConversationClosed,
    ConversationWithoutReader,
    TooManyAttachments,
    TooManyConversations,
)
from services.notifications.operations.conversations import has_been_read
from services.payments.contract.errors import CardNumberRefused
from tests.builders.notifications import ACCOUNT, ADA
from tests.service.notifications.conversing import KIM, PDF, PNG, ROBIN, ada, grace, kim, robin
from tests.service.notifications.stage import Stage
from tests.service.notifications.test_texts_become_conversations import texted

CARD = "4242-4242-4242-4242"


def test_an_answer_reaches_the_customer_and_says_nothing_of_who_wrote_it(stage: Stage) -> None:
    one = ada(stage).opens("When is my title sent?", account_id=ACCOUNT)
    answer = robin(stage).writes(one, "Within 15 days.")
    assert ada(stage).reads(one) == ["Within 15 days.", "When is my title sent?"]
    page = ada(stage).ask("list_conversation_messages", conversation_id=one).data["data"]
    assert [(message["author"], message["agent_id"]) for message in page] == [("staff", None), ("customer", None)]
    (told,) = stage.told("conversation_replied")
    assert told.data == {
        "conversation_id": one, "message_id": answer, "user_id": ADA, "account_id": ACCOUNT, "is_first": False,
    }  # fmt: skip
    seen = ada(stage).sees(one)
    assert (seen["waiting_for"], seen["messages_count"], seen["queue"], seen["agent_id"]) == ("customer", 2, None, None)
    desk = robin(stage).sees(one)
    assert (desk["queue"], desk["agent_id"], desk["user_id"]) == ("titles", ROBIN, ADA)


def test_a_conversation_of_another_is_not_there(stage: Stage) -> None:
    one = ada(stage).opens()
    message, file = ada(stage).sees(one)["last_message_id"], ada(stage).uploads(one)
    other = grace(stage)
    for door, request in (
        ("get_conversation", {}), ("export_conversation", {}), ("list_conversation_messages", {}), ("find_hearer", {}),
        ("close_conversation", {}), ("reopen_conversation", {}), ("write_message", {"body": "Hello"}),
        ("mark_conversation_read", {"message_id": message}), ("get_conversation_message", {"message_id": message}),
        ("get_attachment", {"attachment_id": file}),
        ("add_attachment", {"name": "a.txt", "media": "text/plain", "body_base64": "YQ=="}),
    ):  # fmt: skip
        for conversation_id in (one, str(uuid4())):
            with pytest.raises(NotFound):
                other.ask(door, conversation_id=conversation_id, **request)
    assert other.ask("list_conversations").data == {"data": [], "next_cursor": None}
    own = other.opens("Mine")
    for request in ({"message_id": message}, {"message_id": str(uuid4())}):
        with pytest.raises(NotFound):
            other.ask("get_conversation_message", conversation_id=own, **request)
        with pytest.raises(NotFound):
            other.ask("mark_conversation_read", conversation_id=own, **request)
    with pytest.raises(NotFound):
        other.ask("get_attachment", conversation_id=own, attachment_id=file)
    with pytest.raises(AttachmentNotUsable):
        other.writes(own, "Here", files=(file,))


def test_about_an_account_of_another_nobody_begins_anything(stage: Stage) -> None:
    with pytest.raises(NotFound):
        grace(stage).opens(account_id=ACCOUNT)


def test_only_staff_search_and_hand_over(stage: Stage) -> None:
    one = ada(stage).opens()
    with pytest.raises(Forbidden):
        ada(stage).ask("search_conversations")
    with pytest.raises(Forbidden):
        ada(stage).ask("hand_over_conversation", conversation_id=one, agent_id=ROBIN)
    with pytest.raises(Forbidden):
        robin(stage).opens()


def test_every_read_by_staff_is_written_down_without_the_words(stage: Stage) -> None:
    one = ada(stage).opens("My secret worry")
    robin(stage).reads(one)
    robin(stage).writes(one, "Do not worry about it")
    robin(stage).uploads(one, PNG, media="image/png")
    audited = stage.rows("SELECT method, request::text FROM audit_log")
    assert {method for method, _ in audited} == {
        "notifications.list_conversation_messages", "notifications.write_message", "notifications.add_attachment",
    }  # fmt: skip
    assert all(one in request for _, request in audited)
    assert not any("worry" in request or "iVBOR" in request for _, request in audited)


def test_a_message_that_is_sent_twice_is_written_once(stage: Stage) -> None:
    one = ada(stage).opens()
    first = ada(stage).writes(one, "Are you there?", key="k1")
    assert ada(stage).writes(one, "Are you there?", key="k1") == first
    with pytest.raises(IdempotencyKeyReused):
        ada(stage).writes(one, "Hello?", key="k1")
    assert ada(stage).reads(one) == ["Are you there?", "When is my title sent?"]
    assert "Are you" not in stage.everything_stored()


def test_staff_find_what_was_written_in_any_form_and_nobody_reads_it_in_the_database(stage: Stage) -> None:
    title = ada(stage).opens("My daughter moved to Denver, and her payments are late")
    other = ada(stage).opens("Quiero pagar las cuotas atrasadas", subject="Cuotas", topic="payments")
    for words in ("payment", "moving Denver", "the DAUGHTER'S", "title"):
        assert robin(stage).finds(words=words) == [title], words
    assert robin(stage).finds(words="cuota atrasada") == [other]
    for words in ("Austin", "Denver Austin", "the", "dau"):
        assert robin(stage).finds(words=words) == [], words
    tables = ("conversations", "conversation_messages", "command_replies", "outbox")
    stored = "\n".join(str(stage.rows(f"SELECT t::text FROM {table} t")) for table in tables).lower()
    assert not [word for word in ("daughter", "denver", "cuota", "my title", "payment are") if word in stored]


def test_words_are_found_after_the_key_was_changed(stage: Stage) -> None:
    one = ada(stage).opens("About my odometer")
    folder = stage.service.keys_folder  # type: ignore[attr-defined]
    add_secret_key(folder=folder, purpose="fields-notifications")
    stage.service.cipher = FieldCipher(folder=folder, purpose="fields-notifications")
    two = ada(stage).opens("The odometer again")
    assert robin(stage).finds(words="odometer") == [two, one]


def test_the_desk_looks_for_what_is_open_whose_and_where(stage: Stage) -> None:
    first, second = ada(stage).opens(account_id=ACCOUNT), grace(stage).opens(topic="payments")
    robin(stage).ask("hand_over_conversation", conversation_id=first, agent_id=ROBIN)
    ada(stage).ask("close_conversation", conversation_id=first)
    assert robin(stage).finds() == [second, first]
    assert robin(stage).finds(state="open") == [second]
    assert robin(stage).finds(assigned="me") == [first]
    assert kim(stage).finds(assigned="me") == []
    assert robin(stage).finds(assigned="nobody") == [second]
    assert robin(stage).finds(queue="payments") == [second]
    assert robin(stage).finds(user_id=ADA) == [first]
    assert robin(stage).finds(account_id=ACCOUNT) == [first]
    page = robin(stage).ask("search_conversations", limit=1).data
    assert page["next_cursor"] == second
    assert robin(stage).finds(cursor=page["next_cursor"]) == [first]


def test_a_conversation_is_handed_from_one_to_another_and_back_to_a_queue(stage: Stage) -> None:
    one = ada(stage).opens()
    robin(stage).writes(one, "I look into it.")
    robin(stage).ask("hand_over_conversation", conversation_id=one, agent_id=KIM)
    kim(stage).ask("hand_over_conversation", conversation_id=one, queue="hardship")
    seen = kim(stage).sees(one)
    assert (seen["queue"], seen["agent_id"]) == ("hardship", None)
    steps = kim(stage).ask("export_conversation", conversation_id=one).data["steps"]
    assert [(step["kind"], step["actor_id"], step["agent_id"], step["queue"]) for step in steps] == [
        ("opened", ADA, None, "titles"), ("handed_over", ROBIN, ROBIN, "titles"),
        ("handed_over", ROBIN, KIM, "titles"), ("handed_over", KIM, None, "hardship"),
    ]  # fmt: skip
    shown = ada(stage).ask("export_conversation", conversation_id=one).data["steps"]
    assert {(step["actor_id"], step["agent_id"], step["queue"]) for step in shown} == {(None, None, None)}
    with pytest.raises(InvalidRequest):
        kim(stage).ask("hand_over_conversation", conversation_id=one, queue="hardship", agent_id=KIM)


def test_nothing_is_written_after_the_end_until_it_is_reopened(stage: Stage) -> None:
    one = ada(stage).opens()
    for _ in range(2):
        robin(stage).ask("close_conversation", conversation_id=one)
    assert (ada(stage).sees(one)["state"], ada(stage).sees(one)["waiting_for"]) == ("closed", None)
    for side, door, request in (
        (ada(stage), "write_message", {"body": "One more thing"}),
        (ada(stage), "add_attachment", {"name": "a.txt", "media": "text/plain", "body_base64": "YQ=="}),
        (robin(stage), "hand_over_conversation", {"queue": "general"}),
    ):
        with pytest.raises(ConversationClosed):
            side.ask(door, conversation_id=one, **request)
    ada(stage).ask("reopen_conversation", conversation_id=one)
    ada(stage).writes(one, "One more thing")
    steps = ada(stage).ask("export_conversation", conversation_id=one).data["steps"]
    assert [step["kind"] for step in steps] == ["opened", "closed", "reopened"]


def test_read_marks_only_go_forward_and_the_other_side_hears_of_them(stage: Stage) -> None:
    one = ada(stage).opens()
    first = robin(stage).writes(one, "Within 15 days.")
    second = robin(stage).writes(one, "By mail.")
    with stage.database.reading() as transaction:
        assert not has_been_read(transaction, conversation_id=UUID(one), message_id=UUID(second))
    for message_id in (second, first, second):
        ada(stage).ask("mark_conversation_read", conversation_id=one, message_id=message_id)
    assert robin(stage).sees(one)["customer_read_id"] == second
    moved = [told.data for told in stage.told("conversation_moved") if told.data["what"] == "read"]
    assert [(data["author"], data["message_id"]) for data in moved] == [("customer", second)]
    robin(stage).ask("mark_conversation_read", conversation_id=one, message_id=second)
    assert ada(stage).sees(one)["staff_read_id"] == second


def test_files_go_with_a_message_once_and_come_back_as_they_were(stage: Stage) -> None:
    one = ada(stage).opens()
    file = ada(stage).uploads(one, PNG, media="image/png")
    with pytest.raises(NotFound):
        robin(stage).downloads(one, file)
    ada(stage).writes(one, "The odometer", files=(file,))
    (message, *_) = robin(stage).ask("list_conversation_messages", conversation_id=one).data["data"]
    (shown,) = message["attachments"]
    assert (shown["id"], shown["media"], shown["size_bytes"]) == (file, "image/png", len(PNG))
    assert robin(stage).downloads(one, file) == ada(stage).downloads(one, file) == PNG
    for files in ((file,), (str(uuid4()),)):
        with pytest.raises(AttachmentNotUsable):
            ada(stage).writes(one, "Again", files=files)
    elsewhere = ada(stage).uploads(ada(stage).opens())
    with pytest.raises(AttachmentNotUsable):
        ada(stage).writes(one, "From another conversation", files=(elsewhere,))
    again = ada(stage).uploads(one)
    with pytest.raises(AttachmentNotUsable):
        ada(stage).writes(one, "Twice", files=(again, again))
    with pytest.raises(AttachmentNotUsable):
        robin(stage).writes(one, "Not mine", files=(again,))
    stored = str(stage.rows("SELECT encode(content_sealed, 'escape'), name_sealed FROM attachments"))
    assert "IEND" not in stored
    assert "proof" not in stored


def test_a_file_is_what_its_content_is(stage: Stage) -> None:
    one = ada(stage).opens()
    for content, media in (
        (b"<svg onload=alert(1)>", "image/png"),
        (PNG, "application/pdf"),
        (PDF[:20], "application/pdf"),
    ):
        with pytest.raises(AttachmentTypeRefused):
            ada(stage).uploads(one, content, media=media)
    with pytest.raises(InvalidRequest):
        ada(stage).uploads(one, b"<html>", media="text/html")


def test_there_is_an_end_to_files_and_to_conversations(stage: Stage) -> None:
    one = ada(stage).opens()
    for _ in range(ATTACHMENTS_MAX):
        ada(stage).uploads(one, b"a", media="text/plain")
    with pytest.raises(TooManyAttachments):
        ada(stage).uploads(one, b"a", media="text/plain")
    for _ in range(OPEN_MAX - 1):
        last = ada(stage).opens()
    with pytest.raises(TooManyConversations):
        ada(stage).opens()
    ada(stage).ask("close_conversation", conversation_id=last)
    ada(stage).opens()


def test_what_was_uploaded_and_never_sent_is_gone_after_a_day(stage: Stage) -> None:
    one = ada(stage).opens()
    sent, unsent = ada(stage).uploads(one), ada(stage).uploads(one)
    ada(stage).writes(one, "One of two", files=(sent,))
    stage.clock.move_to(stage.clock.now() + timedelta(hours=25))
    stage.service.every_hour_forget_unsent_files()
    assert ada(stage).downloads(one, sent) == PDF
    with pytest.raises(NotFound):
        ada(stage).downloads(one, unsent)


@pytest.mark.parametrize("table", ["conversation_messages", "message_attachments", "conversation_steps"])
@pytest.mark.parametrize("change", ["DELETE FROM {0}", "UPDATE {0} SET {1} = {1}"])
def test_nobody_changes_what_was_written(stage: Stage, table: str, change: str) -> None:
    one = ada(stage).opens()
    ada(stage).writes(one, "With a file", files=(ada(stage).uploads(one),))
    column = "message_id" if table == "message_attachments" else "created_at"
    with pytest.raises(Exception, match="only ever added to"):
        stage.change(change.format(table, column))


def test_a_card_number_is_refused_and_nothing_of_it_kept(stage: Stage) -> None:
    one = ada(stage).opens()
    file = {"media": "text/plain", "body_base64": "YQ=="}
    for door, request in (
        ("write_message", {"conversation_id": one, "body": f"Charge {CARD}"}),
        ("open_conversation", {"topic": "other", "subject": CARD, "body": "Charge it"}),
        ("add_attachment", {"conversation_id": one, "name": f"{CARD}.txt", **file}),
    ):
        with pytest.raises(CardNumberRefused):
            ada(stage).ask(door, **request)
    with pytest.raises(CardNumberRefused):
        ada(stage).uploads(one, f"my card\n{CARD}\n".encode(), media="text/plain")


def test_lines_are_kept_and_control_characters_are_not(stage: Stage) -> None:
    one = ada(stage).opens("First\r\nsecond\tline")
    assert ada(stage).reads(one) == ["First\nsecond\tline"]
    for body in ("", " \n ", "bell\x07", "x" * 4001):
        with pytest.raises(InvalidRequest):
            ada(stage).writes(one, body)


def test_outside_hours_the_customer_is_told_when_somebody_answers(stage: Stage) -> None:
    stage.clock.move_to(datetime(2026, 11, 28, 23, 0, tzinfo=UTC))
    one = ada(stage).opens()
    assert ada(stage).sees(one)["desk"] == {
        "is_open": False, "opens_at": "2026-11-30T14:00:00.000Z", "closes_at": None,
    }  # fmt: skip
    stage.clock.move_to(datetime(2026, 11, 30, 14, 0, tzinfo=UTC))
    assert ada(stage).sees(one)["desk"] == {
        "is_open": True, "opens_at": None, "closes_at": "2026-12-01T02:00:00.000Z",
    }  # fmt: skip


def test_a_conversation_is_exported_whole_and_readable(stage: Stage) -> None:
    one = ada(stage).opens("Is this enough?")
    ada(stage).writes(one, "Here it is", files=(ada(stage).uploads(one),))
    robin(stage).writes(one, "Thank you.\nIt is.")
    robin(stage).ask("close_conversation", conversation_id=one)
    found = ada(stage).ask("export_conversation", conversation_id=one).data
    assert [message["body"] for message in found["messages"]] == ["Is this enough?", "Here it is", "Thank you.\nIt is."]
    assert found["messages"][1]["attachments"][0]["name"] == "proof.pdf"
    lines = found["text"].splitlines()
    for line in (
        "My title",
        "    Is this enough?",
        "    It is.",
        f"    [file: proof.pdf, application/pdf, {len(PDF)} bytes]",
    ):
        assert line in lines
    assert found["text"].count("Customer service wrote:") == 1


def test_a_text_of_nobody_is_read_and_closed_but_cannot_be_answered(stage: Stage) -> None:
    one = str(texted(stage, "Who is this?", user_ids=()))
    seen = robin(stage).sees(one)
    assert (seen["user_id"], seen["phone_masked"], robin(stage).reads(one)) == (None, "•••• 0142", ["Who is this?"])
    with pytest.raises(ConversationWithoutReader):
        robin(stage).writes(one, "It is us")
    robin(stage).ask("close_conversation", conversation_id=one)
    assert texted(stage, "Hello?", user_ids=(), vendor_id="SM9") is not None


def test_messages_of_the_same_moment_keep_their_order(stage: Stage) -> None:
    one = ada(stage).opens("1")
    for number in range(2, 12):
        ada(stage).writes(one, str(number))
    assert ada(stage).reads(one) == [str(number) for number in range(11, 0, -1)]
    page = ada(stage).ask("list_conversation_messages", conversation_id=one, limit=4).data
    rest = ada(stage).ask("list_conversation_messages", conversation_id=one, cursor=page["next_cursor"]).data
    assert [message["body"] for message in rest["data"]] == [str(number) for number in range(7, 0, -1)]
