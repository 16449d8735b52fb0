"""Conversations over HTTP: files as they are, words that no stored answer holds, staff who stay unnamed."""

import pytest

from chassis.clock import FixedClock
from chassis.errors import FieldError, NotFound
from gateway.api import conversation_examples as told
from tests.unit.gateway.builders import a_gateway

ONE = f"/v1/support/conversations/{told.CONVERSATION_ID}"
DESK = f"/v1/staff/conversations/{told.CONVERSATION_ID}"


def test_a_file_is_uploaded_as_it_is_under_its_type(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.send(
        "POST", f"{ONE}/attachments", data=b"\x89PNG\r\n\x1a\n\xff", content_type="image/png",
        query_string={"name": "Öl.png"},
    )  # fmt: skip
    assert (answer.status_code, answer.json["id"]) == (201, told.ATTACHMENT_ID)
    (asked,) = gateway.neighbours.requests("notifications.add_attachment")
    assert asked == {
        "conversation_id": told.CONVERSATION_ID, "name": "Öl.png", "media": "image/png",
        "body_base64": "iVBORw0KGgr/",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("media", "body", "status", "code"),
    [
        ("text/html", b"<p>", 415, "unsupported_media_type"),
        ("application/json", b"{}", 415, "unsupported_media_type"),
        ("image/png; charset=latin-1", b"x", 415, "unsupported_media_type"),
        ("image/png", b"", 400, "malformed_request"),
        ("image/png", b"x" * (5 * 1024 * 1024 + 1), 413, "body_too_large"),
    ],
)
def test_other_bodies_are_refused_before_anybody_is_asked(
    media: str, body: bytes, status: int, code: str, clock: FixedClock
) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.send(
        "POST", f"{ONE}/attachments", data=body, content_type=media, query_string={"name": "a"}
    )  # fmt: skip
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert gateway.neighbours.requests("notifications.add_attachment") == []


def test_a_file_comes_back_as_a_download_that_no_browser_shows(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).get(f"{ONE}/attachments/{told.ATTACHMENT_ID}")
    assert (answer.status_code, answer.content_type, answer.data) == (200, "image/png", b"\x89PNG")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"_l _1_.png\"; filename*=UTF-8''%C3%96l%20%221%22.png"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_customers_are_not_told_which_of_us_wrote(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    for path in ("", "/messages", "/export"):
        assert told.AGENT_ID not in gateway.get(f"{ONE}{path}").text
    assert told.AGENT_ID in gateway.get(DESK, token=gateway.token(roles=["agent"])).text


def test_a_message_is_written_then_read_with_the_same_key(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.post(f"{ONE}/messages", {"body": "Hello"}, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json["id"]) == (201, told.ANSWER_ID)
    asked = [(asked.method, asked.key) for asked in gateway.neighbours.asked[1:]]
    assert asked == [("notifications.write_message", "k"), ("notifications.get_conversation_message", "k")]


def test_a_conversation_is_kept_as_a_text(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).get(f"{ONE}/export", headers={"Accept": "text/plain"})
    assert (answer.content_type, answer.text) == ("text/plain; charset=utf-8", told.EXPORT["text"])
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="conversation-')


def test_who_types_without_end_is_told_to_stop(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={"TYPING_PER_MINUTE": 2})
    answers = [gateway.post(f"{ONE}/typing").status_code for _ in range(3)]
    assert answers == [204, 204, 429]
    other = gateway.token(sub="01935840-2e10-7b21-a4d3-6c7b8a9f0e1e")
    assert gateway.post(f"{ONE}/typing", token=other).status_code == 204


def test_a_conversation_is_handed_to_nobody_but_staff(clock: FixedClock) -> None:
    wrong = FieldError(pointer="/agent_id", code="not_found", detail="No member of staff has this id.")
    gateway = a_gateway(clock=clock, answers={"identity.find_agent": NotFound(errors=[wrong])})
    answer = gateway.post(
        f"{DESK}/hand-over", {"agent_id": told.CONVERSATION_ID}, token=gateway.token(roles=["agent"])
    )  # fmt: skip
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert [error["pointer"] for error in answer.json["errors"]] == ["/agent_id"]
    assert gateway.neighbours.requests("notifications.hand_over_conversation") == []


def test_a_queue_or_oneself_takes_a_conversation_without_a_question(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    for taker in ({"queue": "titles"}, {"agent_id": told.AGENT_ID}):
        token = gateway.token(sub=told.AGENT_ID, roles=["agent"])
        assert gateway.post(f"{DESK}/hand-over", taker, token=token).status_code == 200
    assert gateway.neighbours.requests("identity.find_agent") == []
    assert len(gateway.neighbours.requests("notifications.hand_over_conversation")) == 2
