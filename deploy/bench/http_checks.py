"""What every arm of `bench http` does for a request, in whatever order and process: the same checks, the same SQL.

The house's own verbs, schemas, tokens and stored replies; what differs between arms is all that lies between them.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from chassis import idempotency, schemas
from chassis.bus.rpc import Reply
from chassis.clock import Clock, company_clock
from chassis.context import CallContext, ContextVerifier
from chassis.errors import Forbidden, IdempotencyKeyRequired, Refusal
from chassis.ids import new_id
from chassis.keys import SigningKeys
from chassis.store import Database
from gateway import bodies, errors
from gateway.api.accounts import composed
from gateway.auth import Keyring, TokenVerifier
from gateway.schemas import Account as AccountShown
from gateway.schemas import SubmitPayment as SubmitPaymentShown
from gateway.shaping import shaped
from services.accounts import queries as accounts_queries
from services.accounts.contract import schemas as accounts_schemas
from services.payments import operations as payments_operations
from services.payments import queries as payments_queries
from services.payments.contract import schemas as payments
from services.payments.contract.settings import POLICY
from services.payments.rules.policy import policy_of

PURPOSE_OF_TOKENS = "tokens"
PUBLIC_URL = "http://localhost"
DECIDED = policy_of({"COMPANY_TIME_ZONE": "America/Chicago", **{each.name: each.default for each in POLICY}})


@dataclass(frozen=True)
class Ground:
    """What the environment of an arm's process names."""

    environment: Mapping[str, str]

    @cached_property
    def keys(self) -> Path:
        return Path(self.environment["KEYS_DIR"])

    @cached_property
    def clock(self) -> Clock:
        return company_clock(zone_name=self.environment["COMPANY_TIME_ZONE"], clock_file="")

    @cached_property
    def callers(self) -> ContextVerifier:
        return ContextVerifier(folder=self.keys)

    @cached_property
    def tokens(self) -> TokenVerifier:
        keyring = Keyring(fetch=self._published, now=self.clock.now)
        return TokenVerifier(keyring=keyring, issuer=self.environment["PUBLIC_URL"], now=self.clock.now)

    def database(self, service: str) -> Database:
        url = self.environment[f"{service.upper()}_DATABASE_URL"]
        return Database(url=url, service=service, clock=self.clock)

    def _published(self) -> Mapping[str, Any]:
        return SigningKeys(folder=self.keys, purpose=PURPOSE_OF_TOKENS).public_set()


def ground() -> Ground:
    """Of this process."""
    return Ground(os.environ)


def account_of(store: Database, *, clock: Clock, caller: CallContext, request: Any) -> Any:
    """What accounts answers."""
    asked = schemas.load(accounts_schemas.GetAccount, request)
    with store.reading() as transaction:
        found = accounts_queries.get_account(transaction, caller=caller, today=clock.today(), **asked)
    return schemas.dump(accounts_schemas.Account, found)


def pending_of(store: Database, *, caller: CallContext, request: Any) -> Any:
    """What payments answers."""
    asked = schemas.load(payments.ListPendingPayments, request)
    with store.reading() as transaction:
        found = payments_queries.list_pending_payments(transaction, caller=caller, **asked)
    return schemas.dump(payments.PendingPayments, found)


def standing_of(store: Database, *, clock: Clock, caller: CallContext, request: Any) -> Any:
    """What accounts answers to payments."""
    asked = schemas.load(accounts_schemas.GetStanding, request)
    with store.reading() as transaction:
        found = accounts_queries.get_standing(transaction, caller=caller, today=clock.today(), **asked)
    return schemas.dump(accounts_schemas.AccountStanding, found)


@dataclass(frozen=True)
class AskedFor:
    """Accounts as the verbs of payments ask it, however an arm does that."""

    standing: Callable[[Mapping[str, Any], CallContext], Any]

    def ask(
        self, method: str, *, request: Mapping[str, Any], context: CallContext, key: str | None = None,  # noqa: ARG002
        timeout_seconds: float | None = None,  # noqa: ARG002 - the house's signature
    ) -> Reply:  # fmt: skip
        """Only for its standing."""
        return Reply(self.standing(request, context))


def paid(
    store: Database, *, accounts: AskedFor, clock: Clock, caller: CallContext, request: Any, key: str, secret: bytes
) -> tuple[Any, bool]:  # fmt: skip
    """A payment on record with its event and its stored reply; and whether it was there already. Raises Refusal."""
    asked = schemas.load(payments.SubmitPayment, request)
    print_ = idempotency.fingerprint(method="payments.submit_payment", request=request, secret=secret)
    place = {"principal": caller.subject, "key": key}
    with store.reading() as transaction:
        stored = idempotency.find(transaction.connection, **place, fingerprint=print_)
    if stored is not None:
        if stored.refusal is not None:
            raise stored.refusal
        return stored.reply, True
    wish = payments_operations.wish_of(
        asked, now=clock.now(), today=clock.today(), policy=DECIDED, quoted_cents=None
    )  # fmt: skip
    answers = payments_operations.learn_standing(store, accounts=accounts, caller=caller, wish=wish)
    with store.writing() as transaction:
        idempotency.lock(transaction.connection, **place)
        payment = payments_operations.submit_payment(
            transaction, now=clock.now(), today=clock.today(), caller=caller, policy=DECIDED, answers=answers,
            request=asked,
        )  # fmt: skip
        reply = schemas.dump(payments.Payment, payment)
        idempotency.store(transaction.connection, **place, fingerprint=print_, reply=reply, refusal=None)
    return reply, False


@dataclass(frozen=True)
class HttpSide:
    """The door of an arm: who asks, what was sent, and the answer in the form of the house's gateway."""

    ground: Ground

    def answer(self, request: Request, work: Callable[[CallContext], Response], *, moves_money: bool) -> Response:
        """Whatever `work` gives for the caller; a problem document where anything refuses."""
        request_id = str(new_id(at=self.ground.clock.now()))
        try:
            return work(self._caller(request, request_id))
        except Refusal as refusal:
            public_url = self.ground.environment["PUBLIC_URL"]
            document = errors.problem(refusal, request_id=request_id, moves_money=moves_money, public_url=public_url)
            return Response(_json(document), status=document["status"], content_type=errors.MEDIA)

    def account(self, request: Request, view: Mapping[str, Any], pending: Mapping[str, Any]) -> Response:
        """200 with the account and its tag."""
        body = _json(shaped(schemas.schema_of(AccountShown), composed(view, pending)))
        etag = hashlib.sha256(body).hexdigest()[:32]
        response = Response(body, content_type="application/json")
        if request.if_none_match.contains_weak(etag):
            response = Response(status=304)
        response.set_etag(etag)
        return response

    def wanted(self, request: Request, account_id: str) -> tuple[dict[str, Any], str]:
        """The payment that is asked for, and its key. Raises Refusal."""
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            raise IdempotencyKeyRequired()
        body = schemas.load(SubmitPaymentShown, bodies.read_json(request.environ))
        body["payment_method_id"] = str(body["payment_method_id"])
        return {"account_id": account_id, **body}, key

    def payment(self, payment: Mapping[str, Any], *, replayed: bool) -> Response:
        """201 with the payment and where it is."""
        response = Response(
            _json(shaped(schemas.schema_of(payments.Payment), payment)), status=201, content_type="application/json"
        )
        response.headers["Location"] = f"/v1/payments/{payment['id']}"
        if replayed:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    def _caller(self, request: Request, request_id: str) -> CallContext:
        authorization = request.headers.get("Authorization")
        details = {"client_address": str(request.remote_addr)}
        context = self.ground.tokens.caller(authorization, request_id=request_id, details=details).context
        if context.role != "customer":
            raise Forbidden()
        return context


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
