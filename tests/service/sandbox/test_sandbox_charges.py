"""How the processor charges: once per key, with the outcomes that the README promises."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from deploy.sandbox.exchange import Request, Sandbox
from deploy.sandbox.processor import create_charge
from deploy.sandbox.store import Store
from tests.fixtures.sandbox import (
    CLIENT_TIMEOUT_SECONDS,
    REPOSITORY,
    RunningSandbox,
    a_bank_account,
    a_card,
)

Source = dict[str, str]


def promised_outcomes() -> list[tuple[Source, str]]:
    """Every row of the two outcome tables of the README as (source, outcome)."""
    readme = (REPOSITORY / "deploy/sandbox/README.md").read_text()
    cards = re.findall(r"^\| `(tok_\w+)` \| [\d ]+ \| (.+) \|$", readme, flags=re.MULTILINE)
    accounts = re.findall(r"^\| `(\d{12})` \| (.+) \|$", readme, flags=re.MULTILINE)
    assert (len(cards), len(accounts)) == (5, 8)
    return [(a_card(token), outcome) for token, outcome in cards] + [
        (a_bank_account(number), outcome) for number, outcome in accounts
    ]


@pytest.mark.parametrize(("source", "outcome"), promised_outcomes())
def test_every_outcome_in_the_readme_happens(sandbox: RunningSandbox, source: Source, outcome: str) -> None:
    if outcome.startswith("times out"):
        with pytest.raises(requests.ReadTimeout):
            sandbox.charge("key-1", source, timeout=CLIENT_TIMEOUT_SECONDS)
        found = sandbox.get("/processor/charges", key="key-1")["data"]
        assert [charge["status"] for charge in found] == ([] if "not charged" in outcome else ["approved"])
        return

    charge = sandbox.charge("key-1", source).json()

    status, _, detail = outcome.partition(", ")
    assert charge["status"] == status
    if status == "declined":
        assert charge["decline_code"] == detail.strip("`")
        assert charge["decline_message"].endswith(".")
    planned = re.search(r"R\d\d", detail)
    (kept,) = sandbox.listed("charges", key="key-1")
    assert kept.get("planned_return") == (planned.group() if planned else None)


def test_a_token_keeps_its_outcome_with_an_ending_of_ones_own(sandbox: RunningSandbox) -> None:
    assert sandbox.charge("key-1", a_card("tok_declined_ada")).json()["status"] == "declined"
    assert sandbox.charge("key-2", a_card("tok_declinedish")).json()["status"] == "approved"


def test_a_charge_of_any_other_account_is_approved(sandbox: RunningSandbox) -> None:
    answer = sandbox.charge("key-1", a_bank_account("987654321"), amount_cents=1)

    charge = answer.json()
    assert answer.status_code == 201
    assert (charge["status"], charge["key"], charge["amount_cents"]) == ("approved", "key-1", 1)
    assert charge["created_at"].endswith("Z")
    assert "planned_return" not in charge


def test_the_answer_to_who_waits_long_enough_is_the_truth(sandbox: RunningSandbox) -> None:
    charged = sandbox.charge("key-1", a_card("tok_timeout_charged"))
    not_charged = sandbox.charge("key-2", a_card("tok_timeout_not_charged"))

    assert (charged.status_code, charged.json()["status"]) == (201, "approved")
    assert (not_charged.status_code, not_charged.json()["error"]["code"]) == (504, "processor_timeout")


def test_a_retry_after_a_timeout_finds_the_charge_that_was_made(sandbox: RunningSandbox) -> None:
    source = a_card("tok_timeout_charged")
    with pytest.raises(requests.ReadTimeout):
        sandbox.charge("key-1", source, timeout=CLIENT_TIMEOUT_SECONDS)

    retried = sandbox.charge("key-1", source, timeout=CLIENT_TIMEOUT_SECONDS)

    assert retried.headers["Idempotent-Replayed"] == "true"
    assert [charge["id"] for charge in sandbox.listed("charges")] == [retried.json()["id"]]


@pytest.mark.parametrize("token", ["tok_approved", "tok_declined"])
def test_the_same_key_and_body_replay_the_same_charge(sandbox: RunningSandbox, token: str) -> None:
    first, second = (sandbox.charge("key-1", a_card(token)) for _ in range(2))

    assert first.json() == second.json()
    assert (first.status_code, second.status_code) == (201, 201)
    assert "Idempotent-Replayed" not in first.headers
    assert len(sandbox.listed("charges")) == 1


def test_the_same_key_with_another_body_is_a_conflict(sandbox: RunningSandbox) -> None:
    sandbox.charge("key-1", a_card(), amount_cents=100)

    answer = sandbox.charge("key-1", a_card(), amount_cents=200)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_key_reused")
    assert [charge["amount_cents"] for charge in sandbox.listed("charges")] == [100]


def test_the_order_of_the_fields_makes_no_other_body(sandbox: RunningSandbox) -> None:
    fields: dict[str, object] = {"amount_cents": 100, "currency": "usd", "source": a_card()}
    bodies = [fields, dict(reversed(list(fields.items())))]

    answers = [sandbox.post("/processor/charges", body, **{"Idempotency-Key": "key-1"}) for body in bodies]

    assert [answer.status_code for answer in answers] == [201, 201]


def test_a_call_that_arrives_while_another_charges_waits_for_it(tmp_path: Path) -> None:
    both_are_charging = threading.Barrier(2, timeout=0.3)

    def name_the_charge_beside_another() -> str:
        # The first call waits here for a second one, which the sandbox must not let in.
        with suppress(threading.BrokenBarrierError):
            both_are_charging.wait()
        return "0" * 32

    belongings = Sandbox(
        store=Store(path=tmp_path / "state.jsonl"),
        now=lambda: datetime(2026, 11, 2, 15, 0, tzinfo=UTC),
        new_hex=name_the_charge_beside_another,
        hang_seconds=0,
        slow_seconds=0,
    )
    body = {"amount_cents": 100, "currency": "usd", "source": a_card()}

    def charge(_: int) -> Response:
        request = EnvironBuilder(method="POST", json=body, headers=[("Idempotency-Key", "key-1")]).get_environ()
        return create_charge(Request(request), sandbox=belongings).response

    with ThreadPoolExecutor(max_workers=2) as callers:
        answers = list(callers.map(charge, range(2)))

    assert sorted("Idempotent-Replayed" in answer.headers for answer in answers) == [False, True]


def test_calls_that_race_under_one_key_make_one_charge(sandbox: RunningSandbox) -> None:
    with ThreadPoolExecutor(max_workers=8) as callers:
        answers = list(callers.map(lambda _: sandbox.charge("key-1", a_card()), range(24)))

    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_charge_without_a_usable_key_is_refused(sandbox: RunningSandbox, key: str) -> None:
    answer = sandbox.charge(key, a_card())

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "idempotency_key_required")


@pytest.mark.parametrize(
    ("differences", "param"),
    [
        ({"amount_cents": 0}, "amount_cents"),
        ({"amount_cents": 1.5}, "amount_cents"),
        ({"amount_cents": True}, "amount_cents"),
        ({"amount_cents": "100"}, "amount_cents"),
        ({"amount_cents": 100_000_000}, "amount_cents"),
        ({"currency": "eur"}, "currency"),
        ({"note": "hello"}, "note"),
        ({"source": {}}, "source.routing_number"),
        ({"source": {"token": ""}}, "source.token"),
        ({"source": {"token": "tok_approved", "number": "4242"}}, "source.number"),
        ({"source": {"routing_number": "110000001", "account_number": "000123456789"}}, "source.routing_number"),
        ({"source": {"routing_number": "110000000", "account_number": "12a4"}}, "source.account_number"),
        ({"source": a_bank_account() | {"account_type": "loan"}}, "source.account_type"),
        ({"source": "tok_approved"}, "source"),
    ],
)
def test_a_charge_of_a_wrong_shape_is_refused_with_its_field(
    sandbox: RunningSandbox, differences: dict[str, object], param: str
) -> None:
    body = {"amount_cents": 100, "currency": "usd", "source": a_card(), **differences}
    answer = sandbox.post("/processor/charges", body, **{"Idempotency-Key": "key-1"})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert sandbox.listed("charges") == []


def test_asking_without_a_key_is_refused(sandbox: RunningSandbox) -> None:
    answer = requests.get(f"{sandbox.url}/processor/charges", timeout=5)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "key_required")


@pytest.mark.parametrize(
    ("number", "brand", "status"),
    [
        ("4242 4242 4242 4242", "visa", "approved"),
        ("4000000000000002", "visa", "declined"),
        ("5555555555554444", "mastercard", "approved"),
        ("378282246310005", "amex", "approved"),
    ],
)
def test_a_card_number_becomes_a_token_and_is_never_kept(
    sandbox: RunningSandbox, number: str, brand: str, status: str
) -> None:
    card = {"number": number, "exp_month": 12, "exp_year": 2039}
    answer = sandbox.post("/processor/tokens", {"card": card})

    made = answer.json()
    assert answer.status_code == 201
    assert (made["brand"], made["last4"], made["exp_month"], made["exp_year"]) == (brand, number[-4:], 12, 2039)
    assert sandbox.get(f"/processor/tokens/{made['token']}") == made
    charge = sandbox.charge("key-1", a_card(made["token"])).json()
    assert (charge["status"], charge["source"]["last4"]) == (status, number[-4:])
    assert number.replace(" ", "") not in sandbox.state.read_text().replace(" ", "")


@pytest.mark.parametrize(
    ("differences", "code"),
    [
        ({"number": "4242424242424241"}, "invalid_card_number"),
        ({"number": 4242424242424242}, "invalid_card_number"),
        ({"exp_month": 13}, "invalid_expiry"),
        ({"exp_year": 39}, "invalid_expiry"),
        ({"exp_year": 2001}, "expired_card"),
    ],
)
def test_a_card_that_cannot_be_right_is_refused_without_repeating_its_number(
    sandbox: RunningSandbox, differences: dict[str, object], code: str
) -> None:
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2039, **differences}
    answer = sandbox.post("/processor/tokens", {"card": card})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert "42424242" not in answer.text


def test_the_fixed_tokens_are_known_and_others_are_not(sandbox: RunningSandbox) -> None:
    assert sandbox.get("/processor/tokens/tok_declined")["last4"] == "0002"
    assert requests.get(f"{sandbox.url}/processor/tokens/tok_unheard_of", timeout=5).status_code == 404


def test_a_bank_account_number_is_kept_as_its_last_four_digits(sandbox: RunningSandbox) -> None:
    sandbox.charge("key-1", a_bank_account("000123456789"))

    assert sandbox.listed("charges")[0]["source"]["last4"] == "6789"
    assert "000123456789" not in sandbox.state.read_text()


def test_a_returned_debit_shows_its_code_and_returns_only_once(sandbox: RunningSandbox) -> None:
    charge = sandbox.charge("key-1", a_bank_account("000333333301")).json()

    returned = sandbox.post(f"/_sandbox/charges/{charge['id']}/return", {"code": "R10"})
    again = sandbox.post(f"/_sandbox/charges/{charge['id']}/return", {"code": "R01"})

    assert (returned.status_code, again.status_code) == (200, 409)
    (told,) = sandbox.get("/processor/charges", key="key-1")["data"]
    assert (told["status"], told["return_code"]) == ("approved", "R10")
    assert told["returned_at"] >= told["created_at"]
    assert "planned_return" not in told


@pytest.mark.parametrize("source", [a_card(), a_bank_account("000111111113")])
def test_neither_a_card_charge_nor_a_declined_debit_can_be_returned(sandbox: RunningSandbox, source: Source) -> None:
    charge = sandbox.charge("key-1", source).json()

    answer = sandbox.post(f"/_sandbox/charges/{charge['id']}/return", {"code": "R01"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "charge_not_returnable")
