"""The story: one customer registers, sees a loan and a lease, pays on both, and everything that must follow follows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chassis.money import format_dollars
from deploy.demo.client import Client, Mailbox, StepFailed, a_key, eventually
from deploy.demo.people import Person, register, sign_in_when_ready
from deploy.demo.watching import Subscriber, subscribed

# Numbers whose outcome the sandbox fixes: this account's payments are approved.
BANK_ACCOUNT = {
    "type": "bank_account",
    "routing_number": "021000021",
    "account_number": "000123456789",
    "account_type": "checking",
    "holder_name": "Maria Alvarez",
}
SMALLEST_PAYMENT_CENTS = 2500
LEASE_NUMBER = "KFA-2000001"


@dataclass(frozen=True)
class Stage:
    """Where the story plays."""

    client: Client
    mailbox: Mailbox
    bus: str
    say: Callable[[str], None]


def tell(*, stage: Stage, person: Person) -> None:
    """The whole story. Raises StepFailed at the first promise that does not hold."""
    enter(stage, person)
    loan, lease = see_accounts(stage)
    method = add_bank_account(stage)
    with subscribed(bus=stage.bus, url=stage.client.url, authorization=stage.client.authorization) as subscriber:
        pay_and_follow(stage, person=person, account=loan, method=method, subscriber=subscriber)
        pay_and_follow(stage, person=person, account=lease, method=method, subscriber=subscriber)
    lease_was_evaluated(stage, lease)


def enter(stage: Stage, person: Person) -> None:
    if stage.client.sign_in(user_id=person.email, password=person.password):
        stage.say(f"{person.first_name} {person.last_name} is registered already; signed in")
        return
    subject = register(client=stage.client, mailbox=stage.mailbox, person=person)
    stage.say(f"registered {person.account_number}; the mail “{subject}” arrived and its link verified the address")
    sign_in_when_ready(client=stage.client, person=person)
    stage.say(f"signed in as {person.email}")
    linked = stage.client.post(
        "/v1/me/accounts", {"account_number": LEASE_NUMBER, "ssn_last4": person.ssn_last4}, expect=201
    )
    sign_in_when_ready(client=stage.client, person=person)
    stage.say(f"linked the lease ending {linked['account_last4']} to the same log-in")


def see_accounts(stage: Stage) -> tuple[dict[str, Any], dict[str, Any]]:
    accounts = stage.client.get("/v1/accounts")["data"]
    by_product = {account["product"]: account for account in accounts}
    if set(by_product) != {"loan", "lease"}:
        raise StepFailed(f"expected a loan and a lease, saw {sorted(by_product)}")
    for account in accounts:
        history = stage.client.get(f"/v1/accounts/{account['id']}/transactions", limit=5)["data"]
        due = f"{format_dollars(account['amount_due_cents'])} due {account['next_due_on']}"
        late = f", {account['days_past_due']} days past due" if account["days_past_due"] else ""
        stage.say(
            f"{account['product']} {account['account_number']}: balance "
            f"{format_dollars(account['principal_balance_cents'])}, {due}{late}, {len(history)} entries of history"
        )
    return by_product["loan"], by_product["lease"]


def add_bank_account(stage: Stage) -> str:
    for known in stage.client.get("/v1/payment-methods")["data"]:
        if known["type"] == "bank_account" and known["last4"] == BANK_ACCOUNT["account_number"][-4:]:
            stage.say(f"bank account ending {known['last4']} is there already")
            return str(known["id"])
    added = stage.client.post("/v1/payment-methods", BANK_ACCOUNT, expect=201, headers={"Idempotency-Key": a_key()})
    stage.say(f"added the bank account ending {added['last4']}")
    return str(added["id"])


def pay_and_follow(
    stage: Stage, *, person: Person, account: Mapping[str, Any], method: str, subscriber: Subscriber
) -> None:
    """Pay what is due and watch the payment fan out: ledger, mail, text, an outside subscriber."""
    mails, texts = len(stage.mailbox.mails_to(person.email)), len(stage.mailbox.texts_to(person.phone))
    amount = account["past_due_cents"] or account["amount_due_cents"] or SMALLEST_PAYMENT_CENTS
    payment = stage.client.post(
        f"/v1/accounts/{account['id']}/payments",
        {"amount_cents": amount, "payment_method_id": method, "pay_anyway": True},
        expect=201,
        headers={"Idempotency-Key": a_key(), "Prefer": "wait=5"},
    )
    stage.say(f"paid {format_dollars(amount)} on the {account['product']}: {payment['status']}")
    _ledger_took(stage, account=account, payment_id=payment["id"], amount=amount)
    _told(stage, what="mail", before=mails, found=lambda: stage.mailbox.mails_to(person.email))
    _told(stage, what="text", before=texts, found=lambda: stage.mailbox.texts_to(person.phone))
    eventually(
        lambda: [
            event
            for event in subscriber.received()
            if "payment_posted" in event["type"] and event["data"]["payment_id"] == payment["id"]
        ],
        what="payment_posted at the outside subscriber",
    )
    stage.say(f"an outside subscriber received payment_posted from {subscriber.source}")


def _ledger_took(stage: Stage, *, account: Mapping[str, Any], payment_id: str, amount: int) -> None:
    def applied() -> dict[str, Any] | None:
        found: dict[str, Any] = stage.client.get(f"/v1/payments/{payment_id}")
        if found["status"] in ("declined", "returned", "cancelled"):
            raise StepFailed(f"the payment was {found['status']}: {found['message']}")
        return found if found["applied_at"] else None

    eventually(applied, what="the payment in the ledger")
    history = stage.client.get(f"/v1/accounts/{account['id']}/transactions", limit=10)["data"]
    entry = next((row for row in history if row.get("payment_id") == payment_id), None)
    if entry is None:
        raise StepFailed("the payment is applied but not in the account's history")
    allocation = entry["allocation"]
    parts = {name: cents for name, cents in allocation.items() if name.endswith("_cents") and cents}
    if sum(parts.values()) != amount:
        raise StepFailed(f"the allocation {parts} is not the {amount} cents that were paid")
    words = ", ".join(f"{name.removesuffix('_cents')} {format_dollars(cents)}" for name, cents in parts.items())
    after = stage.client.get(f"/v1/accounts/{account['id']}")
    stage.say(f"the ledger took it: {words}; balance now {format_dollars(after['principal_balance_cents'])}")


def _told(stage: Stage, *, what: str, before: int, found: Callable[[], list[dict[str, Any]]]) -> None:
    arrived = eventually(lambda: found()[: len(found()) - before], what=f"the confirmation {what}")
    line = arrived[0].get("subject") or arrived[0].get("body", "")
    stage.say(f"the confirmation {what} arrived: “{line}”")


def lease_was_evaluated(stage: Stage, lease: Mapping[str, Any]) -> None:
    """The lease's options rest on an event of this payment."""

    def evaluated() -> dict[str, Any] | None:
        found: dict[str, Any] = stage.client.get(f"/v1/leases/{lease['id']}/lease-end")
        return found if found["evaluated_because"] else None

    answer = eventually(evaluated, what="a new evaluation of the lease")
    options = {option["option"]: option["eligible"] for option in answer["options"]}
    if not options["extension"]:
        raise StepFailed(f"the lease is paid up but may not be extended: {answer['options']}")
    stage.say("the lease was evaluated again: extension, buyout and turn-in are open")
