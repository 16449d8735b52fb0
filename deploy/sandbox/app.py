"""The address book of the sandbox, and the way every request takes: checked, judged by the faults, answered, held."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from deploy.sandbox import charging, clock, controls, inbound, page, processor, sendgrid, twilio
from deploy.sandbox.exchange import Reply, Request, Route, Sandbox, error_reply, json_reply
from deploy.sandbox.faults import judge_call, provider_at

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

READ_TO_ITS_END = "captive.read_to_its_end"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def report_alive(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:  # noqa: ARG001 - alive for everybody
    """GET /health/live → 200 while the process answers."""
    return json_reply({"status": "alive"})


ROUTES: tuple[tuple[str, str, Route], ...] = (
    ("POST", "/v3/mail/send", sendgrid.send_mail),
    ("POST", "/2010-04-01/Accounts/<account_sid>/Messages.json", twilio.send_message),
    ("POST", "/processor/charges", processor.create_charge),
    ("GET", "/processor/charges", processor.find_charges),
    ("POST", "/processor/refunds", processor.create_refund),
    ("GET", "/processor/refunds", processor.find_refunds),
    ("POST", "/processor/tokens", processor.create_token),
    ("GET", "/processor/tokens/<token>", processor.get_token),
    ("GET", "/_sandbox", page.show_page),
    ("GET", "/_sandbox/style.css", page.show_style),
    ("GET", "/_sandbox/mails", controls.list_mails),
    ("GET", "/_sandbox/mails/<id>/html", page.show_mail_body),
    ("POST", "/_sandbox/mails/<id>/<fate>", controls.decide_mail),
    ("GET", "/_sandbox/texts", controls.list_texts),
    ("POST", "/_sandbox/texts/<id>/<fate>", controls.decide_text),
    ("POST", "/_sandbox/numbers/stop", controls.stop_number),
    ("POST", "/_sandbox/numbers/start", controls.start_number),
    ("GET", "/_sandbox/inbound", inbound.list_inbound),
    ("POST", "/_sandbox/inbound", controls.send_inbound),
    ("GET", "/_sandbox/charges", controls.list_charges),
    ("POST", "/_sandbox/charges/<id>/return", charging.return_charge),
    ("POST", "/_sandbox/charges/<id>/settle", charging.settle_charge),
    ("POST", "/_sandbox/charges/<id>/dispute", charging.dispute_charge),
    ("GET", "/_sandbox/refunds", charging.list_refunds),
    ("POST", "/_sandbox/refunds/<id>/fail", charging.fail_refund),
    ("GET", "/_sandbox/webhooks", controls.list_webhooks),
    ("POST", "/_sandbox/webhooks", controls.hold_webhooks),
    ("GET", "/_sandbox/faults", controls.list_faults),
    ("POST", "/_sandbox/faults", controls.change_faults),
    ("GET", "/_sandbox/clock", clock.show_clock),
    ("POST", "/_sandbox/clock", clock.advance_clock),
    ("POST", "/_sandbox/reset", controls.reset),
    ("GET", "/health/live", report_alive),
)


class SandboxApp:
    """The WSGI application; `hold` keeps an answer back for so many seconds."""

    def __init__(self, *, sandbox: Sandbox, hold: Callable[[float], object]) -> None:
        self._sandbox = sandbox
        self._hold = hold
        self._addresses = Map([Rule(path, endpoint=route, methods=[method]) for method, path, route in ROUTES])

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        reply = self._reply_to(request)
        if reply.held_seconds > 0:
            self._hold(reply.held_seconds)
        _protect(reply.response)
        return reply.response(environ, start_response)

    def _reply_to(self, request: Request) -> Reply:
        try:
            # Before anything is refused: what is left unread would be taken for the next request.
            request.get_data()
            request.environ[READ_TO_ITS_END] = True
            _refuse_foreign_pages(request)
            route, path_parts = self._route_of(request)
            provider = provider_at(request.path)
            if provider is None:
                return route(request, sandbox=self._sandbox, **path_parts)
            verdict = judge_call(provider, sandbox=self._sandbox)
            if verdict.refusal is not None:
                return verdict.refusal
            reply = route(request, sandbox=self._sandbox, **path_parts)
            return Reply(reply.response, held_seconds=reply.held_seconds + verdict.held_seconds)
        except HTTPException as refusal:
            return _in_our_form(refusal)

    def _route_of(self, request: Request) -> tuple[Route, Mapping[str, str]]:
        return self._addresses.bind_to_environ(request.environ).match()


def _refuse_foreign_pages(request: Request) -> None:
    # Reading the host checks it against the trusted ones and raises when it is none of them.
    _ = request.host
    is_own_control = request.path.startswith(controls.PAGE) and request.method not in _SAFE_METHODS
    if is_own_control and request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        response = error_reply(403, "foreign_page", "The buttons of the sandbox work from its own page only.").response
        raise HTTPException(response=response)


def _in_our_form(refusal: HTTPException) -> Reply:
    response = refusal.get_response()
    if refusal.response is None:
        code = refusal.name.lower().replace(" ", "_")
        message = refusal.description or refusal.name
        response.set_data(json.dumps({"error": {"code": code, "message": message}}))
        response.content_type = "application/json"
    assert isinstance(response, Response)
    return Reply(response)


def _protect(response: Response) -> None:
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
