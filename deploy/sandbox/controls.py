"""What a person or a test does to the sandbox: asks what was sent, says what became of it, resets it, sets faults."""

from collections.abc import Callable

from werkzeug.utils import redirect

from deploy.sandbox import inbound, twilio
from deploy.sandbox.exchange import Reply, Request, Sandbox, error_reply, fields, json_reply
from deploy.sandbox.faults import FaultNotUnderstood, current_faults, set_fault
from deploy.sandbox.processor import CHARGES, REFUNDS
from deploy.sandbox.sendgrid import MAILS
from deploy.sandbox.store import Document
from deploy.sandbox.twilio import BODY_CHARACTERS_MAX, OPT_OUTS, TEXTS, is_telephone_number
from deploy.sandbox.webhooks import WEBHOOKS

LISTED_DEFAULT = 100
LISTED_MAX = 1000
PAGE = "/_sandbox"

# The fate that a button names, and how the vendor's webhook calls it.
MAIL_FATES = {"delivered": "delivered", "bounced": "bounce", "dropped": "dropped"}
TEXT_FATES = ("delivered", "undelivered")


def list_mails(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """GET /_sandbox/mails?to=… → {"data": […]}, newest first; `to` matches every recipient, cc and bcc included."""
    return listed(request, kind=MAILS, found_under=request.args.get("to", "").strip().lower(), sandbox=sandbox)


def list_texts(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """GET /_sandbox/texts?to=… → {"data": […]}, newest first."""
    return listed(request, kind=TEXTS, found_under=_number_in(request.args.get("to", "")), sandbox=sandbox)


def list_charges(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """GET /_sandbox/charges?key=… → {"data": […]}, newest first, with the planned return that callers do not see."""
    return listed(request, kind=CHARGES, found_under=request.args.get("key", ""), sandbox=sandbox)


def list_webhooks(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """GET /_sandbox/webhooks?about=… → {"data": […]}, newest first; `about` is the id of a mail or a text."""
    return listed(request, kind=WEBHOOKS, found_under=request.args.get("about", ""), sandbox=sandbox)


def hold_webhooks(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """POST /_sandbox/webhooks {held: true | false}: tell the stack nothing for now, or go on."""
    if sandbox.webhooks is None:
        return error_reply(404, "no_webhooks", "This sandbox was started without --gateway and tells nobody.")
    # A form sends text, a test sends a truth value; both mean the same.
    held = {"true": True, "false": False}.get(str(fields(request).get("held", "")).lower())
    if held is None:
        return error_reply(400, "held_not_understood", "Give held as true or false.")
    sandbox.webhooks.hold(held)
    return done(request, {"held": held}, anchor="webhooks")


def list_faults(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:  # noqa: ARG001 - nothing to ask for
    """GET /_sandbox/faults → {"data": [how each provider behaves]}."""
    return json_reply({"data": current_faults(sandbox=sandbox)})


def change_faults(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """POST /_sandbox/faults {provider, mode, seconds?, calls?} → the fault that now holds."""
    try:
        fault = set_fault(fields(request), sandbox=sandbox)
    except FaultNotUnderstood as refusal:
        return error_reply(400, "fault_not_understood", str(refusal))
    return done(request, fault, anchor="faults")


def reset(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """POST /_sandbox/reset → forgets mails, texts, charges, tokens, opt-outs and faults."""
    sandbox.store.forget_everything()
    if sandbox.webhooks is not None:
        sandbox.webhooks.forget()
    return done(request, {"reset": True}, anchor="")


def decide_mail(request: Request, /, *, sandbox: Sandbox, id: str = "", fate: str = "", **_: str) -> Reply:
    """POST /_sandbox/mails/{id}/delivered, …/bounced or …/dropped."""
    if fate not in MAIL_FATES:
        return _no_such("fate for a mail", f"Use one of: {', '.join(MAIL_FATES)}.")
    return happened(request, kind=MAILS, id=id, facts={"status": fate}, event=MAIL_FATES[fate], sandbox=sandbox)


def decide_text(request: Request, /, *, sandbox: Sandbox, id: str = "", fate: str = "", **_: str) -> Reply:
    """POST /_sandbox/texts/{id}/delivered or …/undelivered."""
    if fate not in TEXT_FATES:
        return _no_such("fate for a text", f"Use one of: {', '.join(TEXT_FATES)}.")
    facts = {"status": fate, "error_code": twilio.ERROR_CODES.get(fate)}
    return happened(request, kind=TEXTS, id=id, facts=facts, event=fate, sandbox=sandbox)


def send_inbound(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """POST /_sandbox/inbound {number, body}: the person at this number texts us, and nobody answers but the stack."""
    given = fields(request)
    number, body = str(given.get("number", "")), str(given.get("body", ""))
    if not is_telephone_number(number):
        return _no_number()
    if not 1 <= len(body) <= BODY_CHARACTERS_MAX:
        return error_reply(400, "body_invalid", f"Give a body of 1 to {BODY_CHARACTERS_MAX} characters.")
    return done(request, inbound.receive(number=number, body=body, sandbox=sandbox), anchor="inbound")


def stop_number(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """POST /_sandbox/numbers/stop {number}: they replied STOP; Twilio blocks the number, and has answered."""
    return _opt(request, opted_out=True, sandbox=sandbox)


def start_number(request: Request, /, *, sandbox: Sandbox, **_: str) -> Reply:
    """POST /_sandbox/numbers/start {number}: they replied START; Twilio frees the number, and has answered."""
    return _opt(request, opted_out=False, sandbox=sandbox)


def record_happening(
    *, kind: str, id: str, change: Callable[[Document], Document], sandbox: Sandbox, event: str | None = None
) -> Document | None:
    """Write down what became of a mail, a text, a number or a charge; `event` is what its vendor tells the stack."""
    with sandbox.store.lock:
        before = sandbox.store.get(kind=kind, id=id)
        is_heard = kind in (MAILS, CHARGES, REFUNDS) or (before is not None and before.get("status_callback"))
        if before is not None and event is not None and sandbox.webhooks is not None and is_heard:
            # Before the change itself: killed in between, the sandbox tells it all the same.
            sandbox.webhooks.tell(kind=kind, id=id, event=event)
        return sandbox.store.change(kind=kind, id=id, change=change)


def happened(
    request: Request, *, kind: str, id: str, facts: Document, sandbox: Sandbox, event: str | None = None
) -> Reply:
    """A button was pressed: what it says is written down, told, and answered."""
    changed = record_happening(
        kind=kind, id=id, change=lambda document: {**document, **facts}, sandbox=sandbox, event=event
    )
    if changed is None:
        return _no_such(kind.removesuffix("s"), f"GET {PAGE}/{kind} lists those that there are.")
    return done(request, changed, anchor=id)


def _opt(request: Request, *, opted_out: bool, sandbox: Sandbox) -> Reply:
    number = str(fields(request).get("number", ""))
    if not is_telephone_number(number):
        return _no_number()
    word = {"id": number, "number": number, "opted_out": opted_out, "said_at": sandbox.timestamp()}
    with sandbox.store.lock:
        if sandbox.store.get(kind=OPT_OUTS, id=number) is None:
            sandbox.store.put(kind=OPT_OUTS, id=number, document=word)
        record_happening(kind=OPT_OUTS, id=number, change=lambda _: word, sandbox=sandbox)
        if opted_out:
            _stop_what_is_on_its_way(number, sandbox=sandbox)
        said = "STOP" if opted_out else "START"
        inbound.receive(number=number, body=said, understood=said, sandbox=sandbox)
    return done(request, word, anchor="numbers")


def _stop_what_is_on_its_way(number: str, *, sandbox: Sandbox) -> None:
    facts = {"status": "failed", "error_code": twilio.OPTED_OUT}
    for text in sandbox.store.latest(kind=TEXTS, limit=LISTED_MAX, found_under=number):
        if twilio.RANKS[text["status"]] < twilio.RANKS["failed"]:
            record_happening(
                kind=TEXTS, id=text["id"], change=lambda kept: {**kept, **facts}, sandbox=sandbox, event="failed"
            )


def listed(request: Request, *, kind: str, found_under: str, sandbox: Sandbox) -> Reply:
    """{"data": […]}, newest first, as many as `limit` asks for."""
    given = request.args.get("limit", str(LISTED_DEFAULT))
    if not given.isdecimal() or not 1 <= int(given) <= LISTED_MAX:
        return error_reply(400, "limit_invalid", f"Give a limit from 1 to {LISTED_MAX}.")
    return json_reply({"data": sandbox.store.latest(kind=kind, limit=int(given), found_under=found_under or None)})


def _number_in(given: str) -> str:
    # In a query string an unescaped + arrives as a space; no number begins with one.
    return f"+{given.strip()}" if given.startswith(" ") else given.strip()


def done(request: Request, body: Document, *, anchor: str) -> Reply:
    """What a control answers: the body as JSON, or for a browser's form the page again, at the anchor."""
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        # After a press of a button the page is shown again, so that reloading it does not press twice.
        return Reply(redirect(f"{PAGE}#{anchor}" if anchor else PAGE, code=303))
    return json_reply(body)


def _no_number() -> Reply:
    return error_reply(400, "number_invalid", "Give a number in international form, such as +12125552368.")


def _no_such(what: str, next_step: str) -> Reply:
    return error_reply(404, "not_found", f"There is no such {what}. {next_step}")
