"""The page of the sandbox: every mail, text and charge for a person to read, with plain forms and no script at all."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from werkzeug.wrappers import Response

from deploy.sandbox import charging, faults, inbound, outcomes
from deploy.sandbox.exchange import Reply, Request, Sandbox, error_reply
from deploy.sandbox.processor import CHARGES, REFUNDS
from deploy.sandbox.sendgrid import MAILS
from deploy.sandbox.store import Document
from deploy.sandbox.twilio import OPT_OUTS, TEXTS
from deploy.sandbox.webhooks import WEBHOOKS

SHOWN_MAX = 50
WEBHOOKS_OF_ONE_MAX = 20
_FOLDER = Path(__file__).parent / "pages"

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# A mail is somebody else's HTML: it may style itself and nothing more, also when its address is opened by itself.
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


def show_page(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """GET /_sandbox → the page; `?to=` shows only the mails and texts to one person."""
    store, to = sandbox.store, request.args.get("to", "").strip()
    found_under = to.lower() or None
    page = _template().render(
        to=to,
        mails=store.latest(kind=MAILS, limit=SHOWN_MAX, found_under=found_under),
        texts=store.latest(kind=TEXTS, limit=SHOWN_MAX, found_under=found_under),
        charges=store.latest(kind=CHARGES, limit=SHOWN_MAX),
        refunds=store.latest(kind=REFUNDS, limit=SHOWN_MAX),
        inbound=store.latest(kind=inbound.INBOUND, limit=SHOWN_MAX, found_under=found_under),
        counts={kind: store.count(kind=kind) for kind in (MAILS, TEXTS, CHARGES)},
        numbers=[word for word in store.latest(kind=OPT_OUTS, limit=SHOWN_MAX) if word["opted_out"]],
        faults=faults.current_faults(sandbox=sandbox),
        modes=list(faults.Mode),
        clock=sandbox.clock.read() if sandbox.clock else None,
        webhooks=sandbox.webhooks,
        webhooks_of=lambda id: _webhooks_of(id, sandbox=sandbox),
        outcomes=outcomes.fixed_outcomes(),
        return_codes=charging.RETURN_CODES,
        can_be_returned=charging.can_be_returned,
        can_settle=charging.can_settle,
        can_be_disputed=charging.can_be_disputed,
        shown_max=SHOWN_MAX,
    )
    return _html(page, policy=PAGE_POLICY)


def show_mail_body(request: Request, /, *, sandbox: Sandbox, id: str = "", **_: str) -> Reply:  # noqa: ARG001
    """GET /_sandbox/mails/{id}/html → the mail's own HTML, locked in by its content security policy."""
    mail = sandbox.store.get(kind=MAILS, id=id)
    if mail is None or mail["html"] is None:
        return error_reply(404, "not_found", "There is no such mail, or it has no HTML part.")
    return _html(mail["html"], policy=MAIL_POLICY)


def show_style(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:  # noqa: ARG001 - the same for everybody
    """GET /_sandbox/style.css."""
    return Reply(Response((_FOLDER / "style.css").read_bytes(), content_type="text/css; charset=utf-8"))


def _webhooks_of(id: str, *, sandbox: Sandbox) -> list[Document]:
    """What the stack is told of one mail or text, in the order in which it was decided."""
    return sandbox.store.latest(kind=WEBHOOKS, limit=WEBHOOKS_OF_ONE_MAX, found_under=id)[::-1]


def _html(text: str, *, policy: str) -> Reply:
    response = Response(text, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = policy
    return Reply(response)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["dollars"] = lambda cents: f"${cents // 100:,}.{cents % 100:02d}"
    return environment.get_template("page.html")
