"""What becomes of charges and refunds later, by a button or when the business date moves; the stack is told of each."""

import re
import time
from datetime import date
from typing import NoReturn

from deploy.sandbox.controls import happened, listed, record_happening
from deploy.sandbox.exchange import Reply, Request, Sandbox, error_reply, fields
from deploy.sandbox.processor import CHARGES, REFUNDS
from deploy.sandbox.store import Document

RETURN_CODES = ("R01", "R02", "R08", "R10", "R11", "R16")
"""Those with a button; any other code can be asked for."""

DISPUTES = ("opened", "won", "lost")
LOOK_SECONDS = 0.5

_EVENTS = {"opened": "disputed", "won": "dispute_won", "lost": "returned"}
_RETURN_CODE = re.compile("R[0-9]{2}")


def settle_charge(request: Request, /, *, sandbox: Sandbox, id: str = "", **_: str) -> Reply:
    """POST /_sandbox/charges/{id}/settle: the money has come in."""
    with sandbox.store.lock:
        charge = sandbox.store.get(kind=CHARGES, id=id)
        if charge is not None and not can_settle(charge):
            return error_reply(409, "charge_not_settleable", "Only an approved charge settles, once, unless returned.")
        facts = {"settled_at": sandbox.timestamp()}
        return happened(request, kind=CHARGES, id=id, facts=facts, sandbox=sandbox, event="settled")


def return_charge(request: Request, /, *, sandbox: Sandbox, id: str = "", **_: str) -> Reply:
    """POST /_sandbox/charges/{id}/return {code: "R01" … "R85"}: the bank sends an approved debit back, once."""
    code = str(fields(request).get("code", RETURN_CODES[0]))
    if not _RETURN_CODE.fullmatch(code):
        return error_reply(400, "return_code_unknown", "Give a code of the ACH network, from R01 to R85.")
    with sandbox.store.lock:
        charge = sandbox.store.get(kind=CHARGES, id=id)
        if charge is not None and not can_be_returned(charge):
            return error_reply(
                409,
                "charge_not_returnable",
                "Only an approved charge to a bank account can be returned, and only once.",
            )
        facts = {"return_code": code, "returned_at": sandbox.timestamp()}
        return happened(request, kind=CHARGES, id=id, facts=facts, sandbox=sandbox, event="returned")


def dispute_charge(request: Request, /, *, sandbox: Sandbox, id: str = "", **_: str) -> Reply:
    """POST /_sandbox/charges/{id}/dispute {outcome: "opened" | "won" | "lost"}: a card's holder disputes a charge."""
    outcome = str(fields(request).get("outcome", DISPUTES[0]))
    if outcome not in DISPUTES:
        return error_reply(400, "outcome_unknown", f"Use one of: {', '.join(DISPUTES)}.")
    with sandbox.store.lock:
        charge = sandbox.store.get(kind=CHARGES, id=id)
        if charge is not None and not can_be_disputed(charge):
            return error_reply(409, "charge_not_disputable", "Only an approved card charge can be disputed.")
        facts: Document = {"dispute": outcome, "dispute_code": "fraudulent"}
        if outcome == "lost":
            facts = {"dispute": outcome, "return_code": "dispute_lost", "returned_at": sandbox.timestamp()}
        return happened(request, kind=CHARGES, id=id, facts=facts, sandbox=sandbox, event=_EVENTS[outcome])


def list_refunds(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """GET /_sandbox/refunds?key=… → {"data": […]}, newest first."""
    return listed(request, kind=REFUNDS, found_under=request.args.get("key", ""), sandbox=sandbox)


def fail_refund(request: Request, /, *, sandbox: Sandbox, id: str = "", **_: str) -> Reply:
    """POST /_sandbox/refunds/{id}/fail: the bank sends a refund back."""
    with sandbox.store.lock:
        refund = sandbox.store.get(kind=REFUNDS, id=id)
        if refund is not None and refund["status"] != "paid":
            return error_reply(409, "refund_failed_before", "This refund has failed already.")
        facts = {"status": "failed", "failure_code": "account_closed"}
        return happened(request, kind=REFUNDS, id=id, facts=facts, sandbox=sandbox, event="failed")


def can_settle(charge: Document) -> bool:
    """Whether the money of this charge may still come in."""
    return charge["status"] == "approved" and not {"settled_at", "return_code"} & charge.keys()


def can_be_returned(charge: Document) -> bool:
    """Whether a bank could still send this charge back."""
    is_debit = charge["source"]["type"] == "bank_account"
    return is_debit and charge["status"] == "approved" and "return_code" not in charge


def can_be_disputed(charge: Document) -> bool:
    """Whether a card's holder could dispute this charge now."""
    is_card = charge["source"]["type"] == "card"
    return is_card and charge["status"] == "approved" and "return_code" not in charge


def settle_by_date(*, sandbox: Sandbox) -> NoReturn:
    """Follow the business date of the stack: what was charged before it settles, or returns as was planned."""
    done_through: date | None = None
    while True:
        if sandbox.clock is not None:
            business_on = sandbox.clock.read().business_on
            if business_on != done_through:
                settle_charges_before(business_on, sandbox=sandbox)
                done_through = business_on
        time.sleep(LOOK_SECONDS)


def settle_charges_before(business_on: date, *, sandbox: Sandbox) -> None:
    """Every open charge of an earlier business date comes in, or is returned where that was planned."""
    for charge in list(sandbox.store.each(kind=CHARGES)):
        if charge.get("business_on", str(business_on)) >= str(business_on):
            continue
        with sandbox.store.lock:
            latest = sandbox.store.get(kind=CHARGES, id=charge["id"])
            if latest is not None and can_settle(latest):
                _take_its_course(latest, sandbox=sandbox)


def _take_its_course(charge: Document, *, sandbox: Sandbox) -> None:
    code, at = charge.get("planned_return"), sandbox.timestamp()
    facts: Document = {"return_code": code, "returned_at": at} if code else {"settled_at": at}
    record_happening(
        kind=CHARGES, id=charge["id"], change=lambda kept: {**kept, **facts}, sandbox=sandbox,
        event="returned" if code else "settled",
    )  # fmt: skip
