"""The route in stock nameko: http entrypoint, RpcProxy and @rpc as its documentation shows them; run by `nameko run`.

Checks and SQL are those of `http_checks.py`; a refusal travels as data, because nameko keeps no codes.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from nameko.extensions import DependencyProvider
from nameko.rpc import RpcProxy, rpc
from nameko.web.handlers import http
from werkzeug.wrappers import Request, Response

from chassis import driver
from chassis.context import CallContext, ContextSigner
from chassis.errors import Refusal, refusal_from_data
from chassis.store import Database
from deploy.bench.http_checks import AskedFor, Ground, HttpSide, account_of, ground, paid, pending_of, standing_of
from deploy.bench.sampling import Sampled

CALL_SECONDS = 4

Method = Callable[..., Any]
# nameko's own, with the types that it does not declare.
_answers: Callable[[Method], Method] = rpc
_serves: Callable[[str, str], Callable[[Method], Method]] = http


class GroundProvider(DependencyProvider):
    """Gives each worker what the environment names."""

    def setup(self) -> None:
        driver.install()
        self.ground = ground()

    def get_dependency(self, worker_ctx: Any) -> Any:  # noqa: ARG002 - nameko's signature
        return self.ground


class StoreProvider(GroundProvider):
    """Gives each worker a service's database."""

    def __init__(self, service: str) -> None:
        self.service = service

    def setup(self) -> None:
        super().setup()
        self.store = self.ground.database(self.service)

    def get_dependency(self, worker_ctx: Any) -> Any:  # noqa: ARG002 - nameko's signature
        return self.store


class SignerProvider(GroundProvider):
    """Gives each worker the way to sign a call as a service."""

    def __init__(self, service: str) -> None:
        self.service = service

    def setup(self) -> None:
        super().setup()
        self.signer = ContextSigner(folder=self.ground.keys, issuer=self.service)

    def get_dependency(self, worker_ctx: Any) -> Any:  # noqa: ARG002 - nameko's signature
        return self.sign

    def sign(self, context: CallContext, method: str) -> str:
        expires_at = self.ground.clock.now() + timedelta(seconds=CALL_SECONDS)
        return self.signer.sign(context, method=method, expires_at=expires_at)


class AccountsService:
    """Answers about accounts."""

    name = "stock_accounts"
    sampled = Sampled()
    ground: Ground = GroundProvider()
    store: Database = StoreProvider("accounts")

    @_answers
    def get_account(self, request: Any, context: str) -> Any:
        caller = _verified(self.ground, context, "stock_accounts.get_account")
        return _told(lambda: account_of(self.store, clock=self.ground.clock, caller=caller, request=request))

    @_answers
    def get_standing(self, request: Any, context: str) -> Any:
        caller = _verified(self.ground, context, "stock_accounts.get_standing")
        return _told(lambda: standing_of(self.store, clock=self.ground.clock, caller=caller, request=request))


class PaymentsService:
    """Takes payments and tells which are pending."""

    name = "stock_payments"
    sampled = Sampled()
    ground: Ground = GroundProvider()
    store: Database = StoreProvider("payments")
    sign: Callable[[CallContext, str], str] = SignerProvider("payments")
    accounts = RpcProxy("stock_accounts")

    @_answers
    def list_pending_payments(self, request: Any, context: str) -> Any:
        caller = _verified(self.ground, context, "stock_payments.list_pending_payments")
        return _told(lambda: pending_of(self.store, caller=caller, request=request))

    @_answers
    def submit_payment(self, request: Any, context: str, key: str) -> Any:
        caller = _verified(self.ground, context, "stock_payments.submit_payment")
        clock, secret = self.ground.clock, self.ground.callers.fingerprint_secret
        accounts = AskedFor(self._standing)
        return _told(
            lambda: paid(
                self.store, accounts=accounts, clock=clock, caller=caller, request=request, key=key, secret=secret
            )
        )

    def _standing(self, request: Mapping[str, Any], context: CallContext) -> Any:
        return _heard(self.accounts.get_standing(request, self.sign(context, "stock_accounts.get_standing")))


class GatewayService:
    """HTTP in front of both."""

    name = "stock_gateway"
    sampled = Sampled()
    ground: Ground = GroundProvider()
    sign: Callable[[CallContext, str], str] = SignerProvider("gateway")
    accounts = RpcProxy("stock_accounts")
    payments = RpcProxy("stock_payments")

    @_serves("GET", "/v1/accounts/<string:account_id>")
    def get_account(self, request: Request, account_id: str) -> Response:
        side = HttpSide(self.ground)

        def work(context: CallContext) -> Response:
            token = self.sign(context, "stock_payments.list_pending_payments")
            pending = _heard(self.payments.list_pending_payments({"account_ids": [account_id]}, token))
            token = self.sign(context, "stock_accounts.get_account")
            view = _heard(self.accounts.get_account({"account_id": account_id}, token))
            return side.account(request, view, pending)

        return side.answer(request, work, moves_money=False)

    @_serves("POST", "/v1/accounts/<string:account_id>/payments")
    def submit_payment(self, request: Request, account_id: str) -> Response:
        side = HttpSide(self.ground)

        def work(context: CallContext) -> Response:
            wanted, key = side.wanted(request, account_id)
            token = self.sign(context, "stock_payments.submit_payment")
            payment, replayed = _heard(self.payments.submit_payment(wanted, token, key))
            return side.payment(payment, replayed=replayed)

        return side.answer(request, work, moves_money=True)


def _verified(ground: Ground, context: str, method: str) -> CallContext:
    return ground.callers.verify(context, method=method, now=ground.clock.now())


def _told(work: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"reply": work()}
    except Refusal as refusal:
        return {"refusal": refusal.as_data()}


def _heard(answer: Mapping[str, Any]) -> Any:
    if "refusal" in answer:
        raise refusal_from_data(answer["refusal"])
    return answer["reply"]
