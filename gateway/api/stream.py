"""The live stream of the caller's accounts."""

from chassis.context import AGENT, CUSTOMER
from chassis.errors import Unauthenticated
from gateway.admission import Rank
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Document
from gateway.stream.frames import EventStream
from gateway.stream.told import names
from services.notifications.contract.conversations import DESK

ID = "NzQxLjAxOTM1ODRj"
# OpenAPI 3.1 has no word for it: tools take this for the shape of each event of the stream.
EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "enum": ["ready", "reset", *names()]},
        "id": {"type": "string", "description": "Send the last one as Last-Event-ID to go on after it."},
        "data": {
            "type": "string", "contentMediaType": "application/json",
            "description": "A JSON object with fields that the event of this name has in /asyncapi.json.",
        },
        "retry": {"type": "integer", "description": "Milliseconds to wait before connecting again."},
    },
    "required": ["event", "id", "data"],
}  # fmt: skip


@route(
    "GET", "/v1/stream", operation="openStream", rank=Rank.UNCOUNTED, tags=("stream",), who=(CUSTOMER, AGENT),
    gives=Document, media="text/event-stream", frames=EVENT, reads=("Last-Event-ID",),
    summary="Live events of your accounts (server-sent events)", errors=("too_many_streams", "invalid_request"),
    example={"event": "payment_posted", "id": ID, "data": '{"payment_id":"…","amount_cents":41235}'},
)  # fmt: skip
def open_stream(call: HttpCall) -> Reply:
    """`ready` comes first, then what happens to your accounts and to you, in the order in which it became true.

    Send the last id as Last-Event-ID to go on after it; `reset` in the place of `ready` says that events were missed:
    read your accounts anew. `conversation_typing` is told to who listens at that moment, and never again. Staff hear
    of all conversations (`conversation_moved`), and of no accounts. A comment every 15 seconds keeps the connection
    open. The stream ends with the access token.
    """
    if call.token_expires_at is None:
        raise Unauthenticated()
    if call.method == "HEAD":
        return Reply(stream=())
    is_staff = call.context.role == AGENT
    accounts = [str(DESK)] if is_staff else [grant.id for grant in call.context.accounts]
    subscription = call.house.feed.open(subject=call.context.subject, account_ids=accounts)
    try:
        stream = EventStream(
            store=call.house.store, clock=call.house.clock, subscription=subscription,
            resume_from=call.headers.get("Last-Event-ID"), ends_at=call.token_expires_at,
        )  # fmt: skip
    except BaseException:
        subscription.leave()
        raise
    return Reply(stream=stream, headers={"X-Accel-Buffering": "no"})


ROUTES = (open_stream,)
