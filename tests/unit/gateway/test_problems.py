"""A refusal keeps its code and words and gets the right status; what is not a refusal tells nothing of the inside."""

import pytest

from chassis.clock import FixedClock
from chassis.errors import (
    BusDown,
    DependencyDown,
    FieldError,
    InvalidRequest,
    Kind,
    NeighbourAbsent,
    NeighbourSilent,
    Refusal,
    RemoteRefusal,
    RequestInProgress,
    StoreDown,
)
from gateway import errors, openapi
from gateway.api import examples
from gateway.table import ROUTES
from services.payments.contract.errors import AmountTooLarge
from tests.unit.gateway.builders import A_KEY, a_gateway

PAY = f"/v1/accounts/{examples.ACCOUNT_ID}/payments"
A_PAYMENT = {"amount_cents": 41235, "payment_method_id": examples.METHOD_ID}

STATUSES = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.UNPROCESSABLE: 422,
    Kind.PRECONDITION: 412,
    Kind.LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}


@pytest.mark.parametrize("kind", Kind)
def test_a_refusal_nobody_here_knows_is_answered_by_its_kind_in_its_own_words(kind: Kind, clock: FixedClock) -> None:
    data = {"code": "brand_new", "kind": kind, "title": "Brand new", "detail": "Do this next.", "errors": []}
    answer = a_gateway(clock=clock, answers={"payments.submit_payment": RemoteRefusal(data)}).post(
        PAY, A_PAYMENT, headers=A_KEY
    )
    assert answer.status_code == STATUSES[kind]
    assert {**answer.json, "request_id": ""} == {
        "type": "http://127.0.0.1:8000/docs/problems/brand_new", "title": "Brand new", "status": STATUSES[kind],
        "detail": "Do this next.", "code": "brand_new", "request_id": "", "money_moved": "no",
    }  # fmt: skip


def test_pointers_of_a_service_reach_the_client(clock: FixedClock) -> None:
    refusal = InvalidRequest(errors=[FieldError("/amount_cents", "out_of_range", "Must be at most 100.")])
    answer = a_gateway(clock=clock, answers={"payments.submit_payment": refusal}).post(PAY, A_PAYMENT, headers=A_KEY)
    assert answer.json["errors"] == [
        {"pointer": "/amount_cents", "code": "out_of_range", "detail": "Must be at most 100."}
    ]


MONEY: dict[str, tuple[BaseException, int, str]] = {
    "a rule said no": (AmountTooLarge(), 422, "no"),
    "a rule says itself that money moved": (AmountTooLarge(money_moved="yes"), 422, "yes"),
    "a twin is running": (RequestInProgress(), 409, "unknown"),
    "payments was silent": (NeighbourSilent("payments"), 503, "unknown"),
    "the bus broke": (BusDown("gone"), 503, "unknown"),
    "payments was absent": (NeighbourAbsent("payments"), 503, "no"),
    "payments failed": (RuntimeError("payments failed: TypeError"), 500, "unknown"),
}


@pytest.mark.parametrize("case", MONEY)
def test_a_money_route_says_whether_money_moved(case: str, clock: FixedClock) -> None:
    error, status, moved = MONEY[case]
    answer = a_gateway(clock=clock, answers={"payments.submit_payment": error}).post(PAY, A_PAYMENT, headers=A_KEY)
    assert (answer.status_code, answer.json["money_moved"]) == (status, moved)
    if moved == "unknown" and status != 409:
        assert "same Idempotency-Key" in answer.json["detail"]


def test_before_payments_is_asked_no_money_can_have_moved(clock: FixedClock) -> None:
    answers = {"identity.get_signing_keys": NeighbourSilent("identity")}
    answer = a_gateway(clock=clock, answers=answers).post(PAY, A_PAYMENT, headers=A_KEY)
    assert (answer.status_code, answer.json["money_moved"]) == (503, "no")


def test_a_route_without_money_does_not_speak_of_it(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock, answers={"accounts.get_schedule": NeighbourSilent("accounts")}).get(
        f"/v1/accounts/{examples.ACCOUNT_ID}/schedule"
    )
    assert answer.status_code == 503
    assert "money_moved" not in answer.json


@pytest.mark.parametrize("error", [NeighbourSilent("a"), NeighbourAbsent("a"), BusDown("a"), StoreDown("a")])
def test_a_dependency_that_is_down_is_a_503_that_says_what_to_do(error: DependencyDown, clock: FixedClock) -> None:
    answer = a_gateway(clock=clock, answers={"leases.get_lease": error}).get(f"/v1/leases/{examples.ACCOUNT_ID}")
    assert (answer.status_code, answer.json["code"]) == (503, "service_unavailable")
    assert answer.headers["Retry-After"] == "2"
    assert "Retry-After" in answer.json["detail"]
    assert type(error).__name__ not in answer.text


def test_a_defect_is_a_500_that_tells_nothing_of_the_inside(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"leases.get_lease": KeyError("secret_column")})
    answer = gateway.get(f"/v1/leases/{examples.ACCOUNT_ID}")
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert not [word for word in ("KeyError", "secret_column", "Traceback", "gateway/") if word in answer.text]


def test_every_code_a_route_declares_is_a_refusal_with_words_and_a_next_step() -> None:
    declared = {code for route in ROUTES for code in openapi.codes_of(route)}
    assert declared <= set(Refusal.registry)
    for code in declared:
        refusal = Refusal.registry[code]()
        assert errors.status_of(refusal) >= 400
        assert refusal.title
        assert refusal.detail.endswith(".")
        assert "unable to process" not in refusal.detail.lower()


def test_the_type_of_a_problem_leads_to_a_page_about_it(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    problem = gateway.get("/nowhere").json
    page = gateway.get(problem["type"].removeprefix("http://127.0.0.1:8000"), token=None)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "Not found" in page.text


def test_a_problem_nobody_knows_has_no_page(clock: FixedClock) -> None:
    assert a_gateway(clock=clock).get("/docs/problems/<script>", token=None).status_code == 404
