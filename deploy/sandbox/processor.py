"""Plays the card and ACH processor: what is asked for under a key is made once at most, and found by that key."""

import hashlib
import json
from itertools import islice
from typing import Any

from deploy.sandbox import outcomes
from deploy.sandbox.exchange import Reply, Request, Sandbox, error_reply, json_object, json_reply
from deploy.sandbox.sources import InvalidField, known_source, require_fields, token_from_card
from deploy.sandbox.store import Document

CHARGES = "charges"
REFUNDS = "refunds"
TOKENS = "tokens"
AMOUNT_CENTS_MAX = 99_999_999
KEY_CHARACTERS_MAX = 255
PAGE_MAX = 100
DESCRIPTION_CHARACTERS_MAX = 100
# What happened to a charge later is not what an event tells that happened before.
_CODE_OF_EVENT = {
    "returned": "return_code", "disputed": "dispute_code", "dispute_won": "dispute_code", "failed": "failure_code",
}  # fmt: skip
_KEPT_FROM_CALLERS = ("request_sha256", "planned_return", "business_on")


def create_charge(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """POST /processor/charges → 201 with the charge; the same key and body replay it, another body is a 409.

    A charge that times out is recorded, or not, before its answer is held back.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= KEY_CHARACTERS_MAX:
        return _key_required()
    body = json_object(request)
    try:
        amount_cents, source = _checked(body)
    except InvalidField as invalid:
        return _invalid(invalid)
    outcome = _outcome_of(source)
    with sandbox.store.lock:
        earlier = _earlier(CHARGES, key=key, body=body, sandbox=sandbox)
        if earlier is not None:
            return earlier
        if not outcome.is_recorded:
            return _never_heard_of(sandbox=sandbox)
        charge = _charge(key=key, amount_cents=amount_cents, source=source, outcome=outcome, sandbox=sandbox)
        charge |= {"request_sha256": _print_of(body), **_description(body)}
        sandbox.store.put(kind=CHARGES, id=charge["id"], document=charge, found_under=(key,))
    return json_reply(_as_told(charge), status=201, held=_hold_seconds(outcome, sandbox=sandbox))


def create_refund(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """POST /processor/refunds {charge, amount_cents} → 201 with the refund; the same key and body replay it."""
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= KEY_CHARACTERS_MAX:
        return _key_required()
    body = json_object(request)
    with sandbox.store.lock:
        earlier = _earlier(REFUNDS, key=key, body=body, sandbox=sandbox)
        if earlier is not None:
            return earlier
        try:
            charge, amount_cents = _refundable(body, sandbox=sandbox)
        except InvalidField as invalid:
            return _invalid(invalid)
        outcome = outcomes.REFUNDS.get(str(charge["source"].get("last4")))
        refund: Document = {
            "id": f"re_{sandbox.new_hex()}",
            "key": key,
            "charge": charge["id"],
            "status": "failed" if outcome else "paid",
            "amount_cents": amount_cents,
            "currency": "usd",
            "created_at": sandbox.timestamp(),
            "request_sha256": _print_of(body),
            **({"failure_code": outcome} if outcome else {}),
        }
        sandbox.store.put(kind=REFUNDS, id=refund["id"], document=refund, found_under=(key, charge["id"]))
    return json_reply(_as_told(refund), status=201)


def find_refunds(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """GET /processor/refunds?key=… → {"data": [the refund]}, or an empty list when none was made under the key."""
    return _found(request, REFUNDS, sandbox=sandbox)


def event_of(document: Document, *, webhook: Document) -> Document:
    """The body of a webhook about a charge or a refund."""
    kind = webhook["kind"].removesuffix("s")
    about = {name: document[name] for name in ("id", "key", "amount_cents")}
    code = document.get(_CODE_OF_EVENT.get(webhook["event"], ""))
    return {
        "id": webhook["id"],
        "type": f"{kind}.{webhook['event']}",
        "created": webhook["happened_at"],
        "data": {**about, **({"code": code} if code else {})},
    }


def find_charges(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """GET /processor/charges?key=… → {"data": [the charge]}, or an empty list when none was made under the key.

    With `limit` in place of `key` the page of all charges, the oldest first, that begins after `starting_after`.
    """
    if "key" in request.args or "limit" not in request.args:
        return _found(request, CHARGES, sandbox=sandbox)
    limit = request.args["limit"]
    if not limit.isdecimal() or not 1 <= int(limit) <= PAGE_MAX:
        return error_reply(400, "invalid_limit", f"Give a limit from 1 to {PAGE_MAX}.", param="limit")
    since, after = request.args.get("since", ""), request.args.get("starting_after")
    every = sandbox.store.each(kind=CHARGES)
    if after is not None and not any(charge["id"] == after for charge in every):
        return error_reply(400, "invalid_cursor", "No charge has this id.", param="starting_after")
    listed = list(islice((charge for charge in every if charge["created_at"] >= since), int(limit) + 1))
    page = [_as_told(charge) for charge in listed[: int(limit)]]
    return json_reply({"data": page, "has_more": len(listed) > len(page)})


def create_token(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """POST /processor/tokens → 201 with the token, brand and last four digits; the number itself is not kept."""
    body = json_object(request)
    try:
        wanted = require_fields(body, needed=("card",), at="")
        card = token_from_card(wanted["card"], today=sandbox.now().date(), new_hex=sandbox.new_hex)
    except InvalidField as invalid:
        return _invalid(invalid)
    sandbox.store.put(kind=TOKENS, id=card["token"], document=card)
    return json_reply(card, status=201)


def get_token(request: Request, /, *, sandbox: Sandbox, token: str = "", **_: str) -> Reply:  # noqa: ARG001
    """GET /processor/tokens/{token} → what may be shown of the card; the fixed tokens are known without being made."""
    card = _known_card(token, sandbox=sandbox)
    if card is None:
        return error_reply(404, "token_not_found", "No card was tokenized under this token.")
    return json_reply(card)


def unavailable(*, headers: dict[str, str]) -> Reply:
    """503 in the processor's form."""
    return error_reply(503, "processor_down", "The sandbox plays the processor being down.", headers=headers)


def rate_limited(*, seconds: int, now_seconds: int) -> Reply:  # noqa: ARG001 - the processor tells the wait alone
    """429 in the processor's form, with Retry-After in seconds."""
    headers = {"Retry-After": str(seconds)}
    return error_reply(429, "rate_limited", "The sandbox plays the processor's rate limit.", headers=headers)


def _key_required() -> Reply:
    return error_reply(
        400,
        "idempotency_key_required",
        f"Send an Idempotency-Key header of 1 to {KEY_CHARACTERS_MAX} characters, the same for every attempt.",
    )


def _found(request: Request, kind: str, *, sandbox: Sandbox) -> Reply:
    key = request.args.get("key", "")
    if not key:
        return error_reply(400, "key_required", f"Ask for one key: GET /processor/{kind}?key=….", param="key")
    found = sandbox.store.latest(kind=kind, found_under=key, limit=1)
    return json_reply({"data": [_as_told(document) for document in found]})


def _print_of(body: dict[str, Any] | None) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _earlier(kind: str, *, key: str, body: dict[str, Any] | None, sandbox: Sandbox) -> Reply | None:
    """What the key was answered before; under the store's lock."""
    made = sandbox.store.latest(kind=kind, found_under=key, limit=1)
    return _replay(made[0], request_sha256=_print_of(body)) if made else None


def _description(body: dict[str, Any] | None) -> dict[str, str]:
    return {"description": body["description"]} if body and "description" in body else {}


def _refundable(body: dict[str, Any] | None, *, sandbox: Sandbox) -> tuple[Document, int]:
    """The charge that is to be paid back, and how much of it. Raises InvalidField."""
    wanted = require_fields(body, needed=("charge", "amount_cents"), at="")
    charge = sandbox.store.get(kind=CHARGES, id=str(wanted["charge"]))
    if charge is None or charge["status"] != "approved" or "return_code" in charge:
        raise InvalidField(
            "charge", "charge_not_refundable", "Only an approved charge that was not returned goes back."
        )
    made = sandbox.store.latest(kind=REFUNDS, found_under=charge["id"], limit=1000)
    left_cents = charge["amount_cents"] - sum(each["amount_cents"] for each in made if each["status"] == "paid")
    amount_cents = wanted["amount_cents"]
    if type(amount_cents) is not int or not 1 <= amount_cents <= left_cents:
        raise InvalidField("amount_cents", "invalid_amount", f"Give whole cents from 1 to {left_cents}.")
    return charge, amount_cents


def _invalid(invalid: InvalidField) -> Reply:
    return error_reply(400, invalid.code, invalid.message, param=invalid.param)


def _checked(body: dict[str, Any] | None) -> tuple[int, Document]:
    wanted = require_fields(body, needed=("amount_cents", "source", "currency"), allowed=("description",), at="")
    amount_cents = wanted["amount_cents"]
    # A JSON true is an int to Python, and must not become a charge of one cent.
    if type(amount_cents) is not int or not 1 <= amount_cents <= AMOUNT_CENTS_MAX:
        raise InvalidField("amount_cents", "invalid_amount", f"Give whole cents from 1 to {AMOUNT_CENTS_MAX}.")
    if wanted["currency"] != "usd":
        raise InvalidField("currency", "invalid_currency", 'Only "usd" is charged.')
    description = wanted.get("description", "")
    if not isinstance(description, str) or len(description) > DESCRIPTION_CHARACTERS_MAX:
        raise InvalidField("description", "invalid_description", f"Give text of {DESCRIPTION_CHARACTERS_MAX} at most.")
    return amount_cents, known_source(wanted["source"])


def _outcome_of(source: Document) -> outcomes.Outcome:
    if source["type"] == "card":
        return outcomes.outcome_of_card(source["token"])
    return outcomes.outcome_of_bank_account(source["account_number"])


def _replay(made: Document, *, request_sha256: str) -> Reply:
    if made["request_sha256"] != request_sha256:
        return error_reply(
            409,
            "idempotency_key_reused",
            "This key already names something else. Ask for it with GET …?key=…, or use a new key.",
        )
    return json_reply(_as_told(made), status=201, headers={"Idempotent-Replayed": "true"})


def _never_heard_of(*, sandbox: Sandbox) -> Reply:
    held = error_reply(504, "processor_timeout", "No answer from the card or bank network; nothing was charged.")
    return Reply(held.response, held_seconds=sandbox.hang_seconds)


def _hold_seconds(outcome: outcomes.Outcome, *, sandbox: Sandbox) -> float:
    holds = {
        outcomes.Hold.NONE: 0.0,
        outcomes.Hold.SLOW: sandbox.slow_seconds,
        outcomes.Hold.HANG: sandbox.hang_seconds,
    }
    return holds[outcome.hold]


def _charge(*, key: str, amount_cents: int, source: Document, outcome: outcomes.Outcome, sandbox: Sandbox) -> Document:
    charge: Document = {
        "id": f"ch_{sandbox.new_hex()}",
        "key": key,
        "status": "declined" if outcome.decline_code else "approved",
        "amount_cents": amount_cents,
        "currency": "usd",
        "source": _as_shown(source, sandbox=sandbox),
        "created_at": sandbox.timestamp(),
    }
    if sandbox.clock is not None:
        charge["business_on"] = str(sandbox.clock.read().business_on)
    for name in ("decline_code", "decline_message", "planned_return"):
        if (value := getattr(outcome, name)) is not None:
            charge[name] = value
    return charge


def _as_shown(source: Document, *, sandbox: Sandbox) -> Document:
    if source["type"] == "card":
        card = _known_card(source["token"], sandbox=sandbox) or {}
        return {**source, **{name: card[name] for name in ("brand", "last4") if name in card}}
    shown = {name: value for name, value in source.items() if name != "account_number"}
    return {**shown, "last4": source["account_number"][-4:]}


def _known_card(token: str, *, sandbox: Sandbox) -> Document | None:
    kept = sandbox.store.get(kind=TOKENS, id=token)
    if kept is not None:
        return kept
    fixed = outcomes.fixed_token(token)
    number = next((number for number, stem in outcomes.CARD_NUMBERS.items() if stem == fixed), None)
    if number is None:
        return None
    return {"token": token, "brand": "visa", "last4": number[-4:], "exp_month": 12, "exp_year": 2039}


def _as_told(charge: Document) -> Document:
    return {name: value for name, value in charge.items() if name not in _KEPT_FROM_CALLERS}
