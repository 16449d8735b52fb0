"""Staff over HTTP: each request goes to its service in the agent's name, a payment on behalf of a holder only."""

from typing import Any, ClassVar

import pytest

from chassis.clock import FixedClock
from chassis.errors import NeighbourSilent
from gateway.api import examples, paper_examples
from services.accounts.contract.errors import (
    ChangeNotPossible,
    FeeAboveCap,
    FeeStopped,
    FlagAlreadySet,
    LateFeeNotChargeable,
    TitleNotDue,
    WorkItemClosed,
)
from tests.unit.gateway.builders import A_KEY, Gateway, HttpAnswer, a_gateway

ACCOUNT = f"/v1/staff/accounts/{examples.ACCOUNT_ID}"
A_PAYMENT = {"amount_cents": 41_235, "payment_method_id": examples.METHOD_ID, "on_behalf_of": examples.USER_ID}
ANOTHER_CUSTOMER = "01900000-0000-7000-8000-000000000bad"


def by_agent(gateway: Gateway, method: str, path: str, body: Any = None, **options: Any) -> HttpAnswer:
    token = gateway.token(roles=["agent"], sub="01900000-0000-7000-8000-0000000000aa", accounts=[])
    headers = A_KEY if method == "POST" else {}
    return gateway.send(method, path, json=body, token=token, headers=headers, **options)


class TestAPayment:
    def test_is_taken_in_the_agents_name_on_behalf_of_the_holder(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock)
        answer = by_agent(gateway, "POST", f"{ACCOUNT}/payments", A_PAYMENT)
        assert (answer.status_code, answer.headers["Location"]) == (201, f"/v1/payments/{examples.PAYMENT_ID}")
        asked = gateway.neighbours.asked[-1]
        assert (asked.method, asked.key, asked.context.role) == ("payments.submit_payment", "first-try", "agent")
        assert asked.context.on_behalf_of == examples.USER_ID
        assert "on_behalf_of" not in asked.request

    def test_by_the_method_of_somebody_who_does_not_hold_the_account_is_refused(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock)
        answer = by_agent(gateway, "POST", f"{ACCOUNT}/payments", {**A_PAYMENT, "on_behalf_of": ANOTHER_CUSTOMER})
        assert (answer.status_code, answer.json["code"], answer.json["money_moved"]) == (404, "not_found", "no")
        assert gateway.neighbours.requests("payments.submit_payment") == []

    def test_is_not_taken_where_nobody_knows_who_holds_the_account(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, answers={"identity.list_account_holders": NeighbourSilent("identity")})
        assert by_agent(gateway, "POST", f"{ACCOUNT}/payments", A_PAYMENT).status_code == 503
        assert gateway.neighbours.requests("payments.submit_payment") == []

    def test_methods_of_a_customer_are_listed_on_their_behalf(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock)
        answer = by_agent(gateway, "GET", f"/v1/staff/customers/{examples.USER_ID}/payment-methods")
        assert answer.json["data"][0]["id"] == examples.METHOD_ID
        assert gateway.neighbours.asked[-1].context.on_behalf_of == examples.USER_ID


@pytest.mark.parametrize("path", ["work-items", "title-releases", "lease-work-items"])
def test_a_list_takes_a_limit_from_the_query(clock: FixedClock, path: str) -> None:
    gateway = a_gateway(clock=clock)
    assert by_agent(gateway, "GET", f"/v1/staff/{path}?limit=2").status_code == 200
    assert gateway.neighbours.asked[-1].request["limit"] == 2
    for wrong in ("0", "2.0", "two", "1_0", "9" * 30):
        answer = by_agent(gateway, "GET", f"/v1/staff/{path}?limit={wrong}")
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/query/limit")


def test_cents_are_taken_from_the_query(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    path = f"/v1/leases/{examples.ACCOUNT_ID}/early-termination-quote"
    assert gateway.get(f"{path}?realized_value_cents=1500000").status_code == 200
    assert gateway.neighbours.asked[-1].request["realized_value_cents"] == 1_500_000
    assert gateway.get(f"{path}?realized_value_cents=-1").status_code == 422


def test_a_file_shows_what_is_pending_beside_the_balance(clock: FixedClock) -> None:
    pending = {
        "id": examples.PAYMENT_ID, "account_id": examples.ACCOUNT_ID, "amount_cents": 41_235,
        "effective_on": "2026-11-23", "status": "submitting",
    }  # fmt: skip
    told = {"data": [pending], "autopay_account_ids": [examples.ACCOUNT_ID]}
    gateway = a_gateway(clock=clock, answers={"payments.list_pending_payments": told})
    account = by_agent(gateway, "GET", ACCOUNT).json["account"]
    assert account["pending_payments"][0]["id"] == examples.PAYMENT_ID
    assert (account["amount_due_after_pending_cents"], account["autopay_enabled"]) == (0, True)


@pytest.mark.parametrize(
    ("path", "body", "method"),
    [
        ("payment-reversals", {"payment_id": examples.PAYMENT_ID, "reason": "wrong account"}, "reverse_payment"),
        ("late-fees", {"instalment_number": 11}, "assess_late_fee"),
        ("fee-waivers", {"fee_id": examples.EVENT_ID, "reason": "first time"}, "waive_fee"),
        ("acceleration", {"balance_cents": 1, "reason": "default"}, "accelerate_balance"),
        ("charge-off", {"balance_cents": 1, "reason": "default"}, "charge_off"),
        ("flags", {"kind": "dispute", "from_on": "2026-11-01", "note": "letter"}, "set_account_flag"),
        ("flags/clear", {"kind": "dispute", "note": "settled"}, "clear_account_flag"),
        ("title-release", {"released_on": "2026-11-23", "reference": "ELT 1"}, "record_title_release"),
    ],
)
def test_each_act_is_one_command_with_its_key(path: str, body: dict[str, Any], method: str, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    assert by_agent(gateway, "POST", f"{ACCOUNT}/{path}", body).status_code == 200
    asked = gateway.neighbours.asked[-1]
    assert (asked.method, asked.key) == (f"accounts.{method}", "first-try")
    assert {name: asked.request[name] for name in body} == body
    assert asked.request["account_id"] == examples.ACCOUNT_ID


@pytest.mark.parametrize(
    ("path", "method", "refusal", "status"),
    [
        ("late-fees", "assess_late_fee", LateFeeNotChargeable(), 422),
        ("fees", "assess_fee", FeeStopped(), 409),
        ("fees", "assess_fee", FeeAboveCap(), 422),
        ("flags", "set_account_flag", FlagAlreadySet(), 409),
        ("charge-off", "charge_off", ChangeNotPossible(), 422),
        ("title-release", "record_title_release", TitleNotDue(), 409),
    ],
)
def test_a_refusal_keeps_its_code(path: str, method: str, refusal: Any, status: int, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={f"accounts.{method}": refusal})
    bodies = {
        "late-fees": {"instalment_number": 11},
        "fees": {"kind": "other_fee", "amount_cents": 500, "reason": "copy", "fee_reference": "copy/1"},
        "flags": {"kind": "dispute", "from_on": "2026-11-01", "note": "letter"},
        "charge-off": {"balance_cents": 1, "reason": "default"},
        "title-release": {"released_on": "2026-11-23", "reference": "ELT 1"},
    }
    answer = by_agent(gateway, "POST", f"{ACCOUNT}/{path}", bodies[path])
    assert (answer.status_code, answer.json["code"]) == (status, refusal.code)


def test_a_work_item_is_closed_by_its_own_id(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, answers={"accounts.close_work_item": WorkItemClosed()})
    answer = by_agent(gateway, "POST", f"/v1/staff/work-items/{examples.MESSAGE_ID}/close", {"note": "done"})
    assert (answer.status_code, answer.json["code"]) == (409, "work_item_closed")
    assert gateway.neighbours.asked[-1].request == {"work_item_id": examples.MESSAGE_ID, "note": "done"}


@pytest.mark.parametrize("preview", [True, False])
def test_due_dates_are_moved_for_a_customer_as_by_themselves(preview: bool, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    body = {"due_day": 20, "preview": preview}
    assert by_agent(gateway, "POST", f"{ACCOUNT}/due-date-changes", body).status_code == 200
    method = "preview_due_date_change" if preview else "change_due_date"
    assert gateway.neighbours.asked[-1].method == f"accounts.{method}"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("payments", A_PAYMENT),
        ("payment-reversals", {"payment_id": examples.PAYMENT_ID, "reason": "wrong account"}),
        ("rate-changes", {"annual_rate_percent": "5.49", "effective_on": "2026-11-05", "reason": "modification"}),
        ("acceleration", {"balance_cents": 1, "reason": "default"}),
        ("charge-off", {"balance_cents": 1, "reason": "default"}),
    ],
)
def test_what_moves_the_books_far_asks_for_a_fresh_proof(path: str, body: dict[str, Any], clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock)
    long_ago = int(clock.now().timestamp()) - 3600
    token = gateway.token(roles=["agent"], auth_time=long_ago)
    answer = gateway.post(f"{ACCOUNT}/{path}", body, token=token, headers=A_KEY)
    assert (answer.status_code, answer.json["code"]) == (403, "step_up_required")
    assert [asked.method for asked in gateway.neighbours.asked] == ["identity.get_signing_keys"]


class TestABatchOfLetters:
    BATCH = f"/v1/staff/paper-batches/{paper_examples.BATCH_ID}"
    CONTRACTS: ClassVar = {
        "line_1": "8 Oak Lane", "line_2": None, "city": "Plano", "state": "TX", "postal_code": "75023",
    }  # fmt: skip

    def letter(self, clock: FixedClock, *, told: list[Any], addressees: list[Any]) -> Any:
        letter = {**paper_examples.LETTER, "addressees": addressees}
        gateway = a_gateway(
            clock=clock,
            answers={
                "accounts.get_paper_batch": {**paper_examples.TAKEN, "letters": [letter]},
                "identity.list_mailing_addresses": {"data": told},
            },
        )
        (shown,) = by_agent(gateway, "GET", self.BATCH).json["letters"]
        assert gateway.neighbours.asked[-1].request["account_ids"] == [examples.ACCOUNT_ID]
        return shown

    def party(self, role: str, address: Any = None) -> dict[str, Any]:
        return {"role": role, "name": "Maria Alvarez", "mailing_address": address}

    def test_goes_where_the_borrower_says_and_not_where_the_contract_did(self, clock: FixedClock) -> None:
        told = paper_examples.HOLDERS_ADDRESS
        co_borrowers = {**told, "role": "co_borrower", "mailing_address": self.CONTRACTS}
        parties = [self.party("borrower", self.CONTRACTS)]
        shown = self.letter(clock, told=[co_borrowers, told], addressees=parties)
        assert (shown["mailing_address"]["line_1"], shown["address_from"]) == ("1200 Elm Street", "profile")

    def test_goes_where_the_contract_says_while_the_borrower_told_us_nothing(self, clock: FixedClock) -> None:
        anothers = {**paper_examples.HOLDERS_ADDRESS, "account_id": ANOTHER_CUSTOMER}
        shown = self.letter(clock, told=[anothers], addressees=[self.party("borrower", self.CONTRACTS)])
        assert (shown["mailing_address"], shown["address_from"]) == (self.CONTRACTS, "contract")

    def test_goes_to_the_co_borrower_rather_than_nowhere(self, clock: FixedClock) -> None:
        told = {**paper_examples.HOLDERS_ADDRESS, "role": "co_borrower"}
        shown = self.letter(clock, told=[told], addressees=[self.party("borrower"), self.party("co_borrower")])
        assert (shown["mailing_address"]["line_1"], shown["address_from"]) == ("1200 Elm Street", "profile")

    def test_whose_address_nobody_knows_says_so(self, clock: FixedClock) -> None:
        shown = self.letter(clock, told=[], addressees=[self.party("borrower")])
        assert (shown["mailing_address"], shown["address_from"]) == (None, None)

    def test_whose_address_nobody_knows_is_counted(self, clock: FixedClock) -> None:
        nowhere = {**paper_examples.LETTER, "account_id": ANOTHER_CUSTOMER}
        batch = {**paper_examples.TAKEN, "letters": [paper_examples.LETTER, nowhere]}
        gateway = a_gateway(clock=clock, answers={"accounts.get_paper_batch": batch})
        assert by_agent(gateway, "GET", self.BATCH).json["without_address_count"] == 1

    def test_is_noted_as_mailed_by_what_was_printed_and_not_by_who_has_an_address_now(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, answers={"identity.list_mailing_addresses": NeighbourSilent("identity")})
        assert by_agent(gateway, "POST", f"{self.BATCH}/mailed").status_code == 200
        assert gateway.neighbours.requests("accounts.note_paper_batch") == [{"batch_id": paper_examples.BATCH_ID}]

    def test_is_printed_from_the_statement_of_the_account(self, clock: FixedClock) -> None:
        path = f"{ACCOUNT}/statements/{paper_examples.LETTER['statement_id']}"
        gateway = a_gateway(clock=clock)
        token = gateway.token(roles=["agent"], sub="01900000-0000-7000-8000-0000000000aa", accounts=[])
        answer = gateway.send("GET", path, token=token, headers={"Accept": "application/pdf"})
        assert (answer.status_code, answer.content_type) == (200, "application/pdf")
