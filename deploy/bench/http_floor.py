"""The floor under the route: one process, WSGI and SQL, nobody to ask. Runs in a process that is green already."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import eventlet
from eventlet import wsgi
from werkzeug.wrappers import Request, Response

from chassis import driver
from chassis.context import CallContext
from deploy.bench.http_checks import AskedFor, HttpSide, account_of, ground, paid, pending_of, standing_of
from deploy.bench.sampling import obey_signals

_path = re.compile(r"/v1/accounts/([^/]+)(/payments)?")


def build() -> Callable[..., Iterable[bytes]]:
    """The application, on the databases that the environment names."""
    here = ground()
    accounts, payments, side = here.database("accounts"), here.database("payments"), HttpSide(here)

    def get_account(request: Request, account_id: str, context: CallContext) -> Response:
        pending = pending_of(payments, caller=context, request={"account_ids": [account_id]})
        view = account_of(accounts, clock=here.clock, caller=context, request={"account_id": account_id})
        return side.account(request, view, pending)

    def standing(request: Mapping[str, Any], context: CallContext) -> Any:
        return standing_of(accounts, clock=here.clock, caller=context, request=request)

    def pay(request: Request, account_id: str, context: CallContext) -> Response:
        wanted, key = side.wanted(request, account_id)
        secret = here.callers.fingerprint_secret
        payment, replayed = paid(
            payments, accounts=AskedFor(standing), clock=here.clock, caller=context, request=wanted, key=key,
            secret=secret,
        )  # fmt: skip
        return side.payment(payment, replayed=replayed)

    def application(environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environment)
        found = _path.fullmatch(request.path)
        if found is None:
            return Response(status=404)(environment, start_response)
        account_id, pays = found.groups()
        work = pay if pays else get_account
        answer = side.answer(
            request, lambda context: work(request, account_id, context), moves_money=bool(pays)
        )  # fmt: skip
        return answer(environment, start_response)

    return application


def main(arguments: list[str]) -> None:
    driver.install()
    obey_signals()
    listening = eventlet.listen(("127.0.0.1", int(arguments[0])), backlog=512)
    wsgi.server(listening, build(), log_output=False, debug=False)
