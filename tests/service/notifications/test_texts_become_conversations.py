"""A text that is no keyword becomes a message of a conversation: once, with whoever has the number, or with nobody."""

from uuid import UUID

from services.notifications.operations.conversations import take_text
from tests.builders.notifications import ADA, ADAS_PHONE, GRACE
from tests.service.notifications.stage import Stage

CARD = "4242 4242 4242 4242"


def texted(stage: Stage, body: str, *, vendor_id: str = "SM1", user_ids: tuple[str, ...] = (ADA,)) -> UUID | None:
    with stage.database.writing() as transaction:
        return take_text(
            transaction, now=stage.clock.now(), cipher=stage.service.cipher, from_phone=ADAS_PHONE, body=body,
            user_ids=[UUID(identifier) for identifier in user_ids], vendor_id=vendor_id,
        )  # fmt: skip


def test_texts_of_a_person_go_into_one_conversation_which_the_desk_hears_of(stage: Stage) -> None:
    first = texted(stage, "When is my payment due?")
    assert texted(stage, "And how much is it?", vendor_id="SM2") == first
    assert stage.rows("SELECT user_id::text, state, queue, messages_count FROM conversations") == [
        (ADA, "open", "general", 2)
    ]
    told = [envelope.data for envelope in stage.told("conversation_moved")]
    assert [(data["what"], data["author"]) for data in told] == [("opened", "customer"), ("message", "customer")]


def test_a_text_that_is_told_twice_is_kept_once(stage: Stage) -> None:
    texted(stage, "When is my payment due?")
    assert texted(stage, "When is my payment due?") is None
    assert stage.rows("SELECT count(*) FROM conversation_messages") == [(1,)]


def test_a_number_of_nobody_or_of_two_has_a_conversation_that_is_no_customers(stage: Stage) -> None:
    unknown = texted(stage, "Who is this?", user_ids=())
    shared = texted(stage, "It is me", vendor_id="SM2", user_ids=(ADA, GRACE))
    assert unknown == shared
    assert stage.rows("SELECT user_id, phone_print IS NULL FROM conversations") == [(None, False)]
    assert stage.told("conversation_changed") == []


def test_nothing_of_the_words_the_number_or_a_card_can_be_read_where_they_lie(stage: Stage) -> None:
    texted(stage, f"Charge my card {CARD} please", user_ids=())
    tables = ("conversations", "conversation_messages", "conversation_steps", "outbox")
    stored = "\n".join(str(stage.rows(f"SELECT t::text FROM {table} t")) for table in tables)
    for secret in (CARD, CARD.replace(" ", ""), "Charge", "charg", ADAS_PHONE):
        assert secret not in stored
    ((identifier, sealed),) = stage.rows("SELECT id, body_sealed FROM conversation_messages")
    words = stage.service.cipher.decrypt(sealed, bound_to=str(identifier))
    assert words == "Charge my card [card number removed] please"
