"""Moving due dates over HTTP: a preview needs no key and goes to the question, a change takes one and is a command."""

import pytest

from chassis.clock import FixedClock
from chassis.errors import IdempotencyKeyRequired
from gateway.api import change_examples, examples
from gateway.api.approvals import APPROVAL
from services.accounts.contract.errors import AccountPastDue, ChangeLimitReached, DueDayUnchanged
from tests.unit.gateway.builders import A_KEY, a_gateway

ACCOUNT = f"/v1/accounts/{examples.ACCOUNT_ID}"
PATHS = {"due-date-changes": {"due_day": 20}, "deferments": {"months": 1}}
METHODS = {
    "due-date-changes": ("accounts.preview_due_date_change", "accounts.change_due_date"),
    "deferments": ("accounts.preview_deferment", "accounts.defer_payments"),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_preview_is_a_question(path: str, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    answer = gateway.post(f"{ACCOUNT}/{path}", {**PATHS[path], "preview": True})
    assert (answer.status_code, answer.json["is_preview"]) == (200, True)
    assert gateway.neighbours.asked[-1].method == METHODS[path][0]
    assert gateway.neighbours.asked[-1].request == {"account_id": examples.ACCOUNT_ID, **PATHS[path]}


@pytest.mark.parametrize("path", PATHS)
def test_a_change_is_a_command_with_its_key(path: str, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    gateway.neighbours.replayed = True
    answer = gateway.post(f"{ACCOUNT}/{path}", {**PATHS[path], "preview": False}, headers=A_KEY)
    assert (answer.status_code, answer.headers["Idempotent-Replayed"]) == (200, "true")
    assert (gateway.neighbours.asked[-1].method, gateway.neighbours.asked[-1].key) == (METHODS[path][1], "first-try")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("preview", [None, "true", 1])
def test_whether_it_is_a_preview_must_be_said(path: str, preview: object, clock: FixedClock) -> None:
    body = PATHS[path] if preview is None else {**PATHS[path], "preview": preview}
    answer = a_gateway(clock=clock).post(f"{ACCOUNT}/{path}", body)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/preview")


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(IdempotencyKeyRequired(), 400), (AccountPastDue(), 409), (ChangeLimitReached(), 409), (DueDayUnchanged(), 422)],
)
def test_a_refusal_keeps_its_code(refusal: Exception, status: int, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"accounts.change_due_date": refusal})
    answer = gateway.post(f"{ACCOUNT}/due-date-changes", {"due_day": 20, "preview": False}, headers=A_KEY)
    assert (answer.status_code, answer.json["code"]) == (status, refusal.code)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("path", "body"), [("due-date-changes", {"due_day": 29}), ("deferments", {"months": 0})])
def test_what_no_contract_allows_is_named(path: str, body: dict[str, int], clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).post(f"{ACCOUNT}/{path}", {**body, "preview": True})
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "out_of_range")


def test_a_change_that_waits_for_others_is_a_202(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"accounts.change_due_date": change_examples.AWAITED_DUE_DATE_CHANGE})
    answer = gateway.post(f"{ACCOUNT}/due-date-changes", {"due_day": 20, "preview": False}, headers=A_KEY)
    assert (answer.status_code, answer.json["is_preview"]) == (202, True)
    assert answer.json["approval"]["decide_by_on"] == "2026-12-03"


def test_a_customer_cannot_say_that_the_others_agreed(clock: FixedClock) -> None:
    body = {"due_day": 20, "preview": False, "all_parties_agreed": True}
    answer = a_gateway(clock=clock).post(f"{ACCOUNT}/due-date-changes", body, headers=A_KEY)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/all_parties_agreed")


class TestApprovals:
    def test_of_every_service_are_one_list_the_newest_first(self, clock: FixedClock) -> None:
        older = {**change_examples.APPROVAL, "asked_at": "2026-11-20T08:00:00.000Z"}
        gateway = a_gateway(clock=clock, answers={"accounts.list_approvals": {"data": [older]}})
        listed = gateway.get("/v1/me/approvals").json["data"]
        assert [each["kind"] for each in listed] == ["extension", "due_date_change"]

    @pytest.mark.parametrize(
        ("kind", "decision", "method"),
        [
            ("extension", "accept", "leases.accept_extension"), ("extension", "decline", "leases.withdraw_extension"),
            ("due_date_change", "accept", "accounts.accept_change"),
            ("deferment", "decline", "accounts.decline_change"),
        ],
    )  # fmt: skip
    def test_are_decided_where_they_are_kept(self, kind: str, decision: str, method: str, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock)
        body = {
            "kind": kind, "account_id": examples.ACCOUNT_ID, "approval_id": APPROVAL["id"], "decision": decision,
        }  # fmt: skip
        answer = gateway.post("/v1/me/approvals", body, headers=A_KEY)
        assert (answer.status_code, answer.json["id"], answer.json["kind"]) == (200, APPROVAL["id"], kind)
        assert (gateway.neighbours.asked[-1].method, gateway.neighbours.asked[-1].key) == (method, "first-try")
