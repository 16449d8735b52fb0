"""Statements over HTTP: as JSON or as a PDF, whichever the client can read, and a preference that is read before it."""

import pytest

from chassis.clock import FixedClock
from gateway.api import examples, statement_examples
from services.accounts.contract.errors import DisclosureNotInForce, PaperlessProofWrong
from tests.unit.gateway.builders import a_gateway

ACCOUNT = f"/v1/accounts/{examples.ACCOUNT_ID}"
STATEMENT = f"{ACCOUNT}/statements/{statement_examples.STATEMENT_ID}"
AGREED = {"enabled": True, "consent_version": "2026-11-01", "proof": "K7HT4MQC"}


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/pdf;q=0.4, application/json"])
def test_a_statement_is_json_unless_something_else_is_liked_better(accept: str | None, clock: FixedClock) -> None:
    headers = {} if accept is None else {"Accept": accept}
    answer = a_gateway(clock=clock).get(STATEMENT, headers=headers)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.json["monthly"]["closing"]["total_cents"] == 1_874_512


@pytest.mark.parametrize("path", [STATEMENT, f"{ACCOUNT}/paperless"])
def test_who_asks_for_a_pdf_gets_its_bytes_under_a_name(path: str, clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).get(path, headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer.content_type, answer.data) == (200, "application/pdf", b"%PDF-1.7")
    assert answer.headers["Content-Disposition"] == 'inline; filename="monthly-2026-11-14.pdf"'


def test_a_pdf_that_is_known_is_not_sent_again(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    tag = gateway.get(STATEMENT, headers={"Accept": "application/pdf"}).headers["ETag"]
    again = gateway.get(STATEMENT, headers={"Accept": "application/pdf", "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert gateway.get(STATEMENT, headers={"If-None-Match": tag}).status_code == 200


def test_what_cannot_be_given_is_refused_with_what_can(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).get(STATEMENT, headers={"Accept": "text/csv"})
    assert (answer.status_code, answer.json["code"]) == (406, "not_acceptable")
    assert "application/pdf" in answer.json["detail"]


def test_a_preference_is_changed_from_the_state_that_was_read(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    read = gateway.get(f"{ACCOUNT}/paperless")
    assert "version" not in read.json
    gateway.send("PUT", f"{ACCOUNT}/paperless", json=AGREED, headers={"If-Match": read.headers["ETag"]})
    (request,) = gateway.neighbours.requests("accounts.put_paperless")
    assert request == {"account_id": examples.ACCOUNT_ID, "if_versions": [3], **AGREED}
    assert gateway.send("PUT", f"{ACCOUNT}/paperless", json=AGREED).status_code == 428


def test_taking_it_back_needs_no_proof(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).send(
        "PUT", f"{ACCOUNT}/paperless", json={"enabled": False}, headers={"If-Match": '"3.1"'}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("body", [{"enabled": True}, {"enabled": "yes"}, {**AGREED, "if_versions": [3]}])
def test_what_is_no_decision_is_named(body: dict[str, object], clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).send("PUT", f"{ACCOUNT}/paperless", json=body, headers={"If-Match": '"3.1"'})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(("refusal", "status"), [(DisclosureNotInForce(), 409), (PaperlessProofWrong(), 422)])
def test_a_refusal_keeps_its_code(refusal: Exception, status: int, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"accounts.put_paperless": refusal})
    answer = gateway.send("PUT", f"{ACCOUNT}/paperless", json=AGREED, headers={"If-Match": '"3.1"'})
    assert (answer.status_code, answer.json["code"]) == (status, refusal.code)  # type: ignore[attr-defined]
