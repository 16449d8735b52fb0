"""On a whole stack: two lessees see their lease's end come, extend it, return the vehicle, object to the bill and are
done with it; another one buys her vehicle and gets its title. Each milestone is told on its day.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.demo.client import Client, Mailbox, a_key, eventually
from deploy.portfolio.months import add_months
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioAccountSchema, PortfolioLease
from services.accounts.contract.terms import LeaseTerms
from services.accounts.rules.lease_yield import contract_rows
from services.accounts.rules.schedule import due_on
from tests.builders.accounts import A_BORROWER, A_CO_BORROWER, a_lease, an_opening
from tests.fixtures.customers import A_BANK_ACCOUNT, agree_to_autopay
from tests.fixtures.processes import ROOT
from tests.fixtures.stacks import RunningStack, a_running_stack

STAFF = "robin"
PASSWORD = "ferry lantern orchard nine"
DETAILS = PortfolioLease(
    mileage_allowance_miles=36_000, excess_mile_cents=20, purchase_option_fee_cents=30_000,
    disposition_fee_cents=40_000, gross_capitalized_cost_cents=3_300_000, capitalized_cost_reduction_cents=150_000,
)  # fmt: skip
CLEO = replace(A_BORROWER, first_name="Cleo", last_name="Marsh", ssn_last4="7120", email=None)
DANA, SAM = replace(A_BORROWER, email=None), replace(A_CO_BORROWER, email=None)
A_DENT = {"item": "body_mark", "inches": "4.5", "count": 1}
DAYS_AT_ONCE = 20
BEFORE_ALL = "2020-01-01T00:00:00Z"


@pytest.fixture(params=["embedded", "rabbitmq"])
def bus(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "embedded" else request.getfixturevalue("broker_url")


@dataclass
class Stage:
    """The stack with its business date, and who is on it."""

    stack: RunningStack

    @property
    def staff(self) -> Client:
        return again(self, STAFF)

    @property
    def today(self) -> date:
        (line,) = [each for each in self.stack.captive("clock", "show").stdout.splitlines() if "business" in each]
        return date.fromisoformat(line.split()[2])

    def move_to(self, on: date) -> None:
        """Day by day, a part at a time: one command has its time."""
        while (days := (on - self.today).days) > 0:
            self.stack.captive("clock", "advance", str(min(days, DAYS_AT_ONCE)))

    def joins(self, *, account_number: str, person: Any) -> Client:
        """Somebody registers with their account number, follows the mail, and signs in."""
        email = f"{person.first_name.lower()}@example.com"
        client = Client(url=self.stack.url)
        claim = {
            "account_number": account_number, "first_name": person.first_name, "last_name": person.last_name,
            "email": email, "ssn_last4": person.ssn_last4, "password": PASSWORD, "accepted_terms": "2026-01",
        }  # fmt: skip
        client.post("/v1/registrations", claim, expect=202)
        mailbox = Mailbox(url=self.stack.record()["sandbox_url"])
        token = eventually(lambda: token_in(mailbox.mails_to(email)), what="the mail with the link")
        client.post("/v1/email-verifications", {"token": token}, expect=204)
        assert client.sign_in(user_id=email, password=PASSWORD)
        return client

    def told(self, name: str, *, of: str, count: int) -> list[dict[str, Any]]:
        """The data of the first events of that name about an account; fewer of them are waited for in vain."""
        asked = ("--type", name, "--subject", of, "--from", BEFORE_ALL, "--json", "--count", str(count))
        printed = self.stack.captive("events", "tail", *asked).stdout
        return [json.loads(line)["data"] for line in printed.splitlines()]


def again(stage: Stage, name: str) -> Client:
    """Signed in anew: an access token lives five minutes."""
    client = Client(url=stage.stack.url)
    assert client.sign_in(user_id=f"{name}@example.com", password=PASSWORD)
    return client


def token_in(mails: list[dict[str, Any]]) -> str | None:
    tokens = [mail["text"].partition("token=")[2].split()[0] for mail in mails if "token=" in mail["text"]]
    return tokens[-1] if tokens else None


def a_late_lease(*, number: str, ends_on: date, today: date, **changed: Any) -> PortfolioAccount:
    """A lease of 36 months that ends on that day, with every payment made so far."""
    first_due_on = add_months(on=ends_on, months=-36)
    terms = LeaseTerms(
        adjusted_capitalized_cost_cents=3_150_000, residual_cents=1_890_000, term_months=36, base_payment_cents=44_979,
        tax_cents=3_261, first_due_on=first_due_on, due_day=first_due_on.day, grace_days=10,
    )  # fmt: skip
    unpaid = next(each for each in range(1, 37) if due_on(terms=terms, number=each) > today)
    opening = an_opening(
        as_of_on=today, principal_cents=contract_rows(terms=terms)[unpaid - 2].balance_cents,
        interest_paid_through_on=today, next_instalment_number=unpaid, payments_made=unpaid - 1,
    )  # fmt: skip
    return a_lease(
        source_ref=f"journey/{number}", account_number=number, terms=terms, opening=opening, lease=DETAILS,
        opened_on=first_due_on, **changed,
    )  # fmt: skip


def around(today: date, *, days: int) -> date:
    """The first day from then on that every month has."""
    then = today + timedelta(days=days)
    return then if then.day <= 28 else (then.replace(day=1) + timedelta(days=32)).replace(day=1)


def keyed() -> dict[str, str]:
    return {"Idempotency-Key": a_key()}


def a_stage(stack: RunningStack) -> Stage:
    person = ("--email", f"{STAFF}@example.com", "--first-name", "Robin", "--last-name", "Hale")
    made = [sys.executable, "-m", "deploy.cli", "user", "create", "--role", "agent", *person, "--data", str(stack.data)]
    subprocess.run(made, cwd=ROOT, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True, timeout=60)
    return Stage(stack=stack)


def takes_over(stage: Stage, *records: PortfolioAccount) -> None:
    file = stage.stack.data / "leases.jsonl"
    file.write_text("".join(json.dumps(PortfolioAccountSchema().dump(record)) + "\n" for record in records))
    stage.stack.captive("import", str(file), "--as-reported")


def only_account(client: Client) -> str:
    (account,) = client.get("/v1/accounts")["data"]
    return str(account["id"])


def pays(client: Client, account_id: str, *, cents: int, **body: Any) -> None:
    method = client.post("/v1/payment-methods", A_BANK_ACCOUNT, expect=201, headers=keyed())
    payment = {"amount_cents": cents, "payment_method_id": method["id"], **body}
    client.post(f"/v1/accounts/{account_id}/payments", payment, expect=201, headers=keyed())


def options_of(client: Client, account_id: str) -> dict[str, list[str]]:
    cockpit = client.get(f"/v1/leases/{account_id}/lease-end")
    return {each["option"]: [reason["code"] for reason in each["reasons"]] for each in cockpit["options"]}


def sign(client: Client, account_id: str, *, name: str, miles: int) -> None:
    statement = {
        "printed_name": name, "lessee_address": "1 Elm St., Plano, TX 75023", "miles": miles, "certification": "actual",
    }  # fmt: skip
    client.post(f"/v1/leases/{account_id}/odometer-statements", statement, expect=201, headers=keyed())


def buys(stage: Stage, cleo: Client) -> None:
    """A price, its payment, the statement; the title waits for settled money."""
    account_id = only_account(cleo)
    lease = f"/v1/leases/{account_id}"
    preview = cleo.get(f"{lease}/buyout-quote")
    buyout = cleo.post(f"{lease}/buyouts", {}, expect=201, headers=keyed())
    assert buyout["payoff_cents"] == preview["price"]["total_cents"] == buyout["price"]["total_cents"]
    assert options_of(cleo, account_id) == {
        "buyout": ["already_open"], "extension": ["other_option_open"], "turn_in": ["other_option_open"],
    }  # fmt: skip
    pays(cleo, account_id, cents=buyout["payoff_cents"], quote_id=buyout["quote_id"])
    where = f"{lease}/buyouts/{buyout['id']}"
    eventually(lambda: cleo.get(where)["status"] == "paid", what="the purchase is paid")
    sign(cleo, account_id, name="Cleo Marsh", miles=30_500)
    steps = {step["code"]: step["done_on"] for step in cleo.get(where)["title_steps"]}
    assert (steps["money_settled"], steps["title_released"]) == (None, None)
    assert steps["odometer_statement"] == steps["money_received"] == stage.today.isoformat()


def owns(stage: Stage, cleo: Client) -> None:
    """Her money has settled: the account is closed, and every step to the title is taken."""
    account_id = only_account(cleo)
    assert cleo.get(f"/v1/accounts/{account_id}")["status"] == "closed"
    (completed,) = stage.told("buyout_completed", of=account_id, count=1)
    bought = cleo.get(f"/v1/leases/{account_id}/buyouts/{completed['option_id']}")
    assert bought["status"] == "completed"
    assert None not in {step["done_on"] for step in bought["title_steps"]}


def extends(dana: Client, sam: Client, account_id: str) -> dict[str, Any]:
    """One lessee asks and accepts, the other one finds it waiting."""
    lease = f"/v1/leases/{account_id}"
    asked = dana.post(f"{lease}/extensions", {"months": 1}, expect=201, headers=keyed())
    assert (asked["status"], asked["must_accept"]) == ("offered", ["borrower", "co_borrower"])
    where = f"{lease}/extensions/{asked['id']}"
    assert dana.post(f"{where}/acceptance", {"accepted": True}, expect=200, headers=keyed())["status"] == "offered"
    (waiting,) = sam.get("/v1/me/approvals")["data"]
    assert (waiting["awaits_you"], waiting["agreed"]) == (True, ["borrower"])
    yes = {"kind": "extension", "account_id": account_id, "approval_id": waiting["id"], "decision": "accept"}
    sam.post("/v1/me/approvals", yes, expect=200, headers=keyed())
    found: dict[str, Any] = eventually(lambda: is_active(dana, where), what="the extension is active")
    return found


def is_active(client: Client, where: str) -> Any:
    extension = client.get(where)
    return extension if extension["status"] == "active" else None


def returns(stage: Stage, dana: Client, account_id: str) -> dict[str, Any]:
    """The appointment, the statement, the vehicle; staff inspect it, and the bill is there."""
    lease, today = f"/v1/leases/{account_id}", stage.today.isoformat()
    dana.post(f"{lease}/odometer-readings", {"miles": 37_500}, expect=201)
    appointment = {"dealer_name": "Plano Kia", "appointment_on": today, "wear": [A_DENT]}
    turn_in = dana.post(f"{lease}/turn-ins", appointment, expect=201, headers=keyed())
    sign(dana, account_id, name="Dana De La Cruz", miles=37_600)
    (waiting,) = stage.staff.get("/v1/staff/lease-work-items", account_id=account_id)["data"]
    assert (waiting["kind"], waiting["option_id"]) == ("vehicle_to_receive", turn_in["id"])
    where = f"/v1/staff/leases/{account_id}/turn-ins/{turn_in['id']}"
    back = {"returned_on": today, "miles": 37_600}
    stage.staff.post(f"{where}/return", back, expect=200, headers=keyed())
    report: Mapping[str, Any] = {"findings": [A_DENT], "has_next_vehicle": False}
    billed: dict[str, Any] = stage.staff.post(f"{where}/inspection", report, expect=200, headers=keyed())
    return billed


def objects_and_is_right(stage: Stage, dana: Client, turn_in: dict[str, Any]) -> None:
    """The dent was there before: staff find the objection, uphold it, and it comes off the bill."""
    account_id = turn_in["account_id"]
    mine = f"/v1/leases/{account_id}/turn-ins/{turn_in['id']}"
    total_cents = turn_in["end_bill"]["total_cents"]

    def owed() -> int:
        return int(dana.get(f"/v1/accounts/{account_id}")["fees_due_cents"])

    eventually(lambda: owed() == total_cents, what="accounts has billed the end")
    dana.post(f"{mine}/disputes", {"reason": "The dent was there when I got it."}, expect=200, headers=keyed())
    (waiting,) = stage.staff.get("/v1/staff/lease-work-items", kind="dispute_to_decide")["data"]
    decision = {"number": 1, "decision": "uphold", "credit_cents": 15_000, "reason": "It is on the delivery photos."}
    decide = f"/v1/staff/leases/{account_id}/turn-ins/{waiting['option_id']}/dispute-decisions"
    stage.staff.post(decide, decision, expect=200, headers=keyed())
    eventually(lambda: owed() == total_cents - 15_000, what="the objection is off the bill")
    pays(dana, account_id, cents=total_cents - 15_000)
    eventually(lambda: owed() == 0, what="the end bill is paid")


def milestones(stage: Stage, account_id: str, *, count: int) -> list[tuple[str, int, int]]:
    told = stage.told("lease_end_approaching", of=account_id, count=count)
    return [(each["ends_on"], each["milestone_days"], each["days_left"]) for each in told]


@pytest.mark.bus
@pytest.mark.slow
def test_two_leases_end_in_two_ways(bus: str | None, tmp_path: Path) -> None:
    with a_running_stack(data=tmp_path / "data", bus=bus, options=("--no-demo",)) as stack:
        stage = a_stage(stack)
        today = stage.today
        ends_on, cleos_end = around(today, days=122), around(today, days=70)
        takes_over(
            stage,
            a_late_lease(number="JRN-1000001", ends_on=ends_on, today=today, state="TX", parties=(DANA, SAM)),
            a_late_lease(number="JRN-1000002", ends_on=cleos_end, today=today, state="CA", parties=(CLEO,)),
        )
        dana = stage.joins(account_number="JRN-1000001", person=DANA)
        sam = stage.joins(account_number="JRN-1000001", person=SAM)
        cleo = stage.joins(account_number="JRN-1000002", person=CLEO)
        account_id = only_account(dana)

        lease = dana.get(f"/v1/leases/{account_id}")
        assert (lease["gross_capitalized_cost_cents"], lease["purchase_option_cents"]) == (3_300_000, 1_920_000)
        assert options_of(dana, account_id) == {"buyout": [], "extension": ["too_early"], "turn_in": ["too_early"]}
        agree_to_autopay(dana, f"/v1/accounts/{account_id}")
        buys(stage, cleo)

        # A day is over when the next one has come: the milestone of 30 days is told by now.
        asked_on = ends_on - timedelta(days=29)
        stage.move_to(asked_on)
        owns(stage, again(stage, "cleo"))
        dana, sam = again(stage, "dana"), again(stage, "sam")
        assert options_of(dana, account_id) == {"buyout": [], "extension": [], "turn_in": []}
        extension = extends(dana, sam, account_id)
        new_end = date.fromisoformat(extension["terms"]["ends_on"])
        # The end follows what accounts tells, which may come a moment after its answer.
        eventually(
            lambda: dana.get(f"/v1/leases/{account_id}/lease-end")["ends_on"] == new_end.isoformat(),
            what="the lease has its new end",
        )
        calendar = requests.get(
            f"{stack.url}/v1/leases/{account_id}/lease-end.ics", headers={"Authorization": dana.authorization},
            timeout=10,
        )  # fmt: skip
        assert f"DTSTART;VALUE=DATE:{new_end:%Y%m%d}" in calendar.text
        assert calendar.headers["Content-Type"].startswith("text/calendar")

        stage.move_to(new_end - timedelta(days=6))
        dana = again(stage, "dana")
        view = dana.get(f"/v1/accounts/{account_id}")
        assert (view["past_due_cents"], view["amount_due_cents"]) == (0, 0), "autopay drew the month of the extension"
        first, second = ends_on.isoformat(), new_end.isoformat()
        later = [(second, 60, (new_end - asked_on).days), (second, 30, 30), (second, 7, 7)]
        expected = [*((first, days, days) for days in (120, 90, 60, 30)), *later]
        assert milestones(stage, account_id, count=len(expected)) == expected

        turn_in = returns(stage, dana, account_id)
        objects_and_is_right(stage, dana, turn_in)
        stage.move_to(stage.today + timedelta(days=3))
        dana = again(stage, "dana")
        assert dana.get(f"/v1/accounts/{account_id}")["status"] == "closed"
        done = dana.get(f"/v1/leases/{account_id}/turn-ins/{turn_in['id']}")
        assert (done["status"], done["disputes"][0]["credited_cents"]) == ("completed", 15_000)
        assert None not in {step["done_on"] for step in done["steps"]}

        rebuilt = stack.captive("leases", "rebuild").stdout
        assert "leases built again: 2, of which 0 were not what their facts say" in rebuilt
        stack.captive("ledger", "check")
