"""Which files are taken, whose turn it is, and what is covered of a text that cannot be refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from services.notifications.contract.conversations import (
    ATTACHMENT_BYTES_MAX,
    ATTACHMENTS_BYTES_MAX,
    ATTACHMENTS_MAX,
    JPEG,
    PDF,
    PLAIN,
    PLAIN_BYTES_MAX,
    PNG,
    QUEUES,
    TOPICS,
)
from services.notifications.contract.errors import AttachmentTooLarge, AttachmentTypeRefused, TooManyAttachments
from services.notifications.rules.conversations import (
    COVER,
    QUEUE_OF,
    STEPS,
    Author,
    State,
    Step,
    media_of,
    require_attachment,
    waiting_for,
    without_card_numbers,
)
from services.payments.contract.errors import CardNumberRefused
from services.payments.contract.numbers import holds_card_number

A_PDF = b"%PDF-1.4\nbody\n%%EOF\r\n"
A_PNG = b"\x89PNG\r\n\x1a\nbody\0\0\0\0IEND\xaeB`\x82"
A_JPEG = b"\xff\xd8\xff\xe0body\xff\xd9"
CARD = "4242424242424242"


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (A_PDF, PDF), (A_PNG, PNG), (A_JPEG, JPEG), ("Olá\n\tline".encode(), PLAIN),
        (A_PDF[:12], None), (A_PNG[:12], None), (A_JPEG[:6], None), (b"\x00\x01", None), (b"caf\xe9", None),
        (b" \n", None),
        (b"MZ\x90\x00", None), (b"PK\x03\x04", None), (b"\n" + A_PDF, PLAIN), (b"GIF89a\x01\x00", None),
    ],
)  # fmt: skip
def test_a_file_is_what_it_begins_and_ends_with(content: bytes, media: str | None) -> None:
    assert media_of(content) == media


@given(content=st.binary(max_size=64))
def test_what_passes_for_text_is_text(content: bytes) -> None:
    if media_of(content) == PLAIN:
        assert not {*content.decode()} & {chr(code) for code in (*range(9), 11, *range(14, 32), 127)}


def test_each_limit_of_files_is_met_exactly() -> None:
    fitting = A_PDF[:-8] + b"x" * (ATTACHMENT_BYTES_MAX - len(A_PDF)) + A_PDF[-8:]
    assert len(fitting) == ATTACHMENT_BYTES_MAX
    require_attachment(fitting, media=PDF, count=ATTACHMENTS_MAX - 1, total_bytes=0)
    for content, media in ((fitting + b" ", PDF), (b"", PDF), (b"x" * (PLAIN_BYTES_MAX + 1), PLAIN)):
        with pytest.raises(AttachmentTooLarge):
            require_attachment(content, media=media, count=0, total_bytes=0)
    for count, total in ((ATTACHMENTS_MAX, 0), (0, ATTACHMENTS_BYTES_MAX - len(A_PDF) + 1)):
        with pytest.raises(TooManyAttachments):
            require_attachment(A_PDF, media=PDF, count=count, total_bytes=total)
    require_attachment(A_PDF, media=PDF, count=0, total_bytes=ATTACHMENTS_BYTES_MAX - len(A_PDF))
    with pytest.raises(AttachmentTypeRefused):
        require_attachment(A_PDF, media=PNG, count=0, total_bytes=0)
    with pytest.raises(CardNumberRefused):
        require_attachment(CARD.encode(), media=PLAIN, count=0, total_bytes=0)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("My account is 5500123456", "My account is 5500123456"),
        (f"Use {CARD}, exp 12/29", f"Use {COVER}, exp 12/29"),
        ("4242 4242-4242.4242 and 4242_4242_4242_4242", f"{COVER} and {COVER}"),
        ("４２４２４２４２４２４２４２４２", COVER),
    ],
)
def test_card_numbers_are_covered_and_nothing_else(text: str, kept: str) -> None:
    assert without_card_numbers(text) == kept


@given(before=st.text(max_size=20), digits=st.from_regex(r"\A4[0-9]{11,17}\Z"), after=st.text(max_size=20))
def test_no_card_number_is_left_in_any_text(before: str, digits: str, after: str) -> None:
    card = digits + luhn.calc_check_digit(digits)
    assert not holds_card_number(without_card_numbers(f"{before} {card} {after}"))


def test_every_topic_has_a_queue_and_every_state_its_steps() -> None:
    assert {*QUEUE_OF} == {*TOPICS}
    assert {*QUEUE_OF.values()} <= {*QUEUES}
    assert {*STEPS} == {*State}
    assert {step for steps in STEPS.values() for step in steps} == {*Step} - {Step.OPENED}
    assert STEPS[State.OPEN][Step.CLOSED] is State.CLOSED
    assert STEPS[State.CLOSED] == {Step.REOPENED: State.OPEN}


@pytest.mark.parametrize(
    ("state", "last", "turn"),
    [
        (State.OPEN, "customer", Author.STAFF), (State.OPEN, "staff", Author.CUSTOMER), (State.OPEN, None, None),
        (State.CLOSED, "customer", None),
    ],
)  # fmt: skip
def test_it_is_the_turn_of_who_has_not_written_last(state: State, last: str | None, turn: Author | None) -> None:
    assert waiting_for(state=state, last_author=last) is turn
