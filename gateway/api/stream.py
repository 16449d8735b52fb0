"""The live stream of the caller's accounts."""

from chassis.context import CUSTOMER
from chassis.errors import Unauthenticated
from gateway.admission import Rank
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Document
from gateway.stream import EventStream


@route(
    "GET", "/v1/stream", operation="openStream", rank=Rank.UNCOUNTED, tags=("stream",), who=(CUSTOMER,), gives=Document,
    media="text/event-stream", reads=("Last-Event-ID",), summary="Live events of your accounts (server-sent events)",
    errors=("too_many_streams", "invalid_request"),
    example='event: payment_posted\nid: NzQxLjAxOTM1ODRj\ndata: {"payment_id":"…","amount_cents":41235}\n\n',
)  # fmt: skip
def open_stream(call: HttpCall) -> Reply:
    """`ready` comes first, then `payment_posted`, `payment_declined`, `payment_applied`, `lease_eligibility_changed`.

    Send the last id as Last-Event-ID to go on after it; `reset` in the place of `ready` says that events were missed:
    read your accounts anew. The stream ends with the access token.
    """
    if call.token_expires_at is None:
        raise Unauthenticated()
    if call.method == "HEAD":
        return Reply(stream=())
    accounts = [grant.id for grant in call.context.accounts]
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
