"""What becomes of charges and refunds in the sandbox, by button and by date; the stack is told, and it is signed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from deploy.sandbox.outcomes import BANK_ACCOUNTS, CARD_NUMBERS, CARD_TOKENS
from tests.fixtures.processes import eventually
from tests.fixtures.sandbox import RunningSandbox, a_bank_account, a_card
from tests.service.sandbox.listening import PROCESSOR_SECRET, Heard, ListeningStack

Start = Callable[..., RunningSandbox]
QUICKLY = ("--step-seconds", "0.1", "--retry-seconds", "0.05")
PLANS_R01, PLANS_R02, NO_REFUNDS = "000333333301", "000333333302", "000333333314"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[ListeningStack]:
    listening = ListeningStack(tmp_path / "stack")
    listening.listen()
    yield listening
    listening.leave()


@pytest.fixture
def telling(start: Start, stack: ListeningStack, tmp_path: Path) -> RunningSandbox:
    """A sandbox that belongs to a stack with a business date."""
    return start(*stack.options, *QUICKLY, "--clock-file", str(tmp_path / "business-date"))


def believed(heard: Heard) -> Any:
    """The event, if Stripe's own library believes its signature."""
    stripe.WebhookSignature.verify_header(heard.body, heard.headers["Stripe-Signature"], PROCESSOR_SECRET, 10)
    assert heard.path == "/v1/webhooks/processor"
    return json.loads(heard.body)


def pressed(sandbox: RunningSandbox, path: str, **body: str) -> int:
    return sandbox.post(f"/_sandbox/{path}", body).status_code


def refunded(sandbox: RunningSandbox, charge: dict[str, Any], *, key: str = "refund-1", cents: int = 100) -> Any:
    body = {"charge": charge["id"], "amount_cents": cents}
    return sandbox.post("/processor/refunds", body, **{"Idempotency-Key": key})


def states(sandbox: RunningSandbox) -> dict[str, str]:
    """By key, what became of each charge."""
    return {
        charge["key"]: charge.get("return_code") or ("settled" if "settled_at" in charge else "open")
        for charge in sandbox.listed("charges")
    }


class TestACharge:
    def test_settles_at_the_press_of_a_button_once(self, telling: RunningSandbox, stack: ListeningStack) -> None:
        charge = telling.charge("key-1", a_bank_account()).json()
        assert [pressed(telling, f"charges/{charge['id']}/settle") for _ in range(2)] == [200, 409]
        event = believed(stack.hears(1)[0])
        assert event["type"] == "charge.settled"
        assert event["data"] == {"id": charge["id"], "key": "key-1", "amount_cents": 41_235}

    @pytest.mark.parametrize("code", ["R01", "R85"])
    def test_comes_back_with_any_code_of_the_network(
        self, telling: RunningSandbox, stack: ListeningStack, code: str
    ) -> None:
        charge = telling.charge("key-1", a_bank_account()).json()
        pressed(telling, f"charges/{charge['id']}/settle")
        pressed(telling, f"charges/{charge['id']}/return", code=code)
        event = believed(stack.hears(2)[1])
        assert (event["type"], event["data"]["code"]) == ("charge.returned", code)

    def test_comes_back_with_no_other_code(self, telling: RunningSandbox) -> None:
        charge = telling.charge("key-1", a_bank_account()).json()
        for code in ("R1", "C01", "", "R001"):
            assert pressed(telling, f"charges/{charge['id']}/return", code=code or " ") == 400

    def test_to_a_card_is_disputed_and_won_or_lost(self, telling: RunningSandbox, stack: ListeningStack) -> None:
        charge = telling.charge("key-1", a_card()).json()
        for outcome in ("opened", "won", "lost"):
            assert pressed(telling, f"charges/{charge['id']}/dispute", outcome=outcome) == 200
        assert pressed(telling, f"charges/{charge['id']}/dispute", outcome="opened") == 409
        told = [(event["type"], event["data"]["code"]) for event in map(believed, stack.hears(3))]
        assert told == [
            ("charge.disputed", "fraudulent"), ("charge.dispute_won", "fraudulent"),
            ("charge.returned", "dispute_lost"),
        ]  # fmt: skip

    def test_to_a_bank_account_is_not_disputed(self, telling: RunningSandbox) -> None:
        charge = telling.charge("key-1", a_bank_account()).json()
        assert pressed(telling, f"charges/{charge['id']}/dispute") == 409

    def test_says_on_the_statement_what_it_was_told(self, telling: RunningSandbox) -> None:
        body = {"amount_cents": 100, "currency": "usd", "source": a_bank_account(), "description": "RETRY PYMT"}
        telling.post("/processor/charges", body, **{"Idempotency-Key": "key-1"})
        assert telling.listed("charges")[0]["description"] == "RETRY PYMT"
        too_long = telling.post("/processor/charges", {**body, "description": "x" * 101}, **{"Idempotency-Key": "2"})
        assert (too_long.status_code, too_long.json()["error"]["param"]) == (400, "description")


class TestTheBusinessDate:
    def test_settles_what_was_charged_before_and_returns_what_was_planned(
        self, telling: RunningSandbox, stack: ListeningStack
    ) -> None:
        for key, source in {
            "kept": a_bank_account(), "card": a_card(), "missing": a_bank_account(PLANS_R01),
            "closed": a_bank_account(PLANS_R02), "declined": a_card("tok_declined"),
        }.items():  # fmt: skip
            telling.charge(key, source)
        telling.post("/_sandbox/clock", {"days": 1})
        wanted = {"kept": "settled", "card": "settled", "missing": "R01", "closed": "R02", "declined": "open"}
        eventually(lambda: states(telling) == wanted, describe=lambda: str(states(telling)))
        assert {believed(heard)["data"]["key"] for heard in stack.hears(4)} == set(wanted) - {"declined"}

    def test_settles_nothing_of_its_own_day(self, telling: RunningSandbox) -> None:
        telling.charge("before", a_bank_account())
        telling.post("/_sandbox/clock", {"days": 1})
        telling.charge("after", a_bank_account())
        eventually(lambda: states(telling)["before"] == "settled", describe=lambda: str(states(telling)))
        assert states(telling)["after"] == "open"

    def test_is_caught_up_with_after_a_restart(self, start: Start, stack: ListeningStack, tmp_path: Path) -> None:
        options = (*stack.options, *QUICKLY, "--clock-file", str(tmp_path / "business-date"))
        before = start(*options)
        before.charge("key-1", a_bank_account())
        before.post("/_sandbox/webhooks", {"held": True})
        before.kill()
        (tmp_path / "business-date").write_text("2\n")
        again = start(*options)
        eventually(lambda: states(again) == {"key-1": "settled"}, describe=lambda: str(states(again)))


class TestARefund:
    def test_is_made_once_under_its_key(self, telling: RunningSandbox) -> None:
        charge = telling.charge("key-1", a_bank_account()).json()
        first, again = refunded(telling, charge), refunded(telling, charge)
        assert (first.status_code, first.json()) == (201, again.json())
        assert again.headers["Idempotent-Replayed"] == "true"
        assert refunded(telling, charge, cents=200).status_code == 409
        (found,) = telling.get("/processor/refunds", key="refund-1")["data"]
        assert (found["status"], found["charge"], found["amount_cents"]) == ("paid", charge["id"], 100)
        assert telling.get("/processor/refunds", key="refund-2")["data"] == []

    def test_never_pays_back_more_than_was_charged(self, telling: RunningSandbox) -> None:
        charge = telling.charge("key-1", a_bank_account()).json()
        assert refunded(telling, charge, cents=41_000).status_code == 201
        refused = refunded(telling, charge, key="refund-2", cents=236)
        assert (refused.status_code, refused.json()["error"]["param"]) == (400, "amount_cents")
        assert refunded(telling, charge, key="refund-3", cents=235).status_code == 201

    def test_of_what_was_not_charged_or_came_back_is_refused(self, telling: RunningSandbox) -> None:
        declined = telling.charge("key-1", a_card("tok_declined")).json()
        returned = telling.charge("key-2", a_bank_account()).json()
        pressed(telling, f"charges/{returned['id']}/return", code="R01")
        for number, charge in enumerate((declined, returned, {"id": "ch_absent"})):
            refused = refunded(telling, charge, key=f"refund-{number}")
            assert (refused.status_code, refused.json()["error"]["param"]) == (400, "charge")

    def test_to_an_account_that_takes_none_fails(self, telling: RunningSandbox) -> None:
        charge = telling.charge("key-1", a_bank_account(NO_REFUNDS)).json()
        made = refunded(telling, charge).json()
        assert (made["status"], made["failure_code"]) == ("failed", "account_closed")

    def test_that_the_bank_sends_back_is_told_once(self, telling: RunningSandbox, stack: ListeningStack) -> None:
        made = refunded(telling, telling.charge("key-1", a_bank_account()).json()).json()
        assert [pressed(telling, f"refunds/{made['id']}/fail") for _ in range(2)] == [200, 409]
        event = believed(stack.hears(1)[0])
        assert event["type"] == "refund.failed"
        assert event["data"] == {"id": made["id"], "key": "refund-1", "amount_cents": 100, "code": "account_closed"}

    def test_needs_a_key(self, telling: RunningSandbox) -> None:
        charge = telling.charge("key-1", a_bank_account()).json()
        assert refunded(telling, charge, key="").json()["error"]["code"] == "idempotency_key_required"


def test_the_page_shows_what_became_of_money(telling: RunningSandbox) -> None:
    charge = telling.charge("key-1", a_bank_account()).json()
    refunded(telling, charge)
    page = telling.page()
    for button in ("Settle", "Return R01", "Return R11", "Send back"):
        assert f">{button}</button>" in page
    pressed(telling, f"charges/{charge['id']}/settle")
    assert ">Settle</button>" not in telling.page()


def test_the_page_documents_every_fixed_outcome(sandbox: RunningSandbox) -> None:
    page = sandbox.page()
    for name in (*CARD_TOKENS, *CARD_NUMBERS, *BANK_ACCOUNTS):
        assert f"<code>{name}</code>" in page
    for meaning in ("times out, and turns out not charged", "approved, and returned R10 when the business date moves"):
        assert f"<td>{meaning}</td>" in page
