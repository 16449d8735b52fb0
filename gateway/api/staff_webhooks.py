"""Webhooks of partners, in the hands of staff. Every question and every change is in the audit log, refused or not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from chassis import audit
from chassis.context import AGENT
from chassis.errors import Refusal
from chassis.schemas import Nothing, Strict, dump
from chassis.store import Transaction, run_contended
from gateway.api import examples
from gateway.routing import HttpCall, Reply, route
from gateway.webhooks import deliveries, endpoints, schemas
from gateway.webhooks.addresses import policy_of
from gateway.webhooks.signing import Secrets

PATH = "/v1/staff/webhooks"
STAFF, TAGS = (AGENT,), ("staff",)
URL = "https://partner.example/hooks/captive"
EVENTS = ["payment_applied", "payment_posted"]


@route(
    "POST", PATH, operation="registerWebhook", status=201, tags=TAGS, who=STAFF, steps_up=True,
    takes=schemas.RegisterWebhook,
    gives=schemas.WebhookWithSecret, tagged_as=schemas.Webhook, summary="Register a partner's webhook",
    errors=("too_many_webhooks",),
    sends={"url": URL, "events": EVENTS, "description": "Dealer portal"},
    example={**examples.WEBHOOK, "secret": examples.WEBHOOK_SECRET}, replies=("Location",),
)  # fmt: skip
def register_webhook(call: HttpCall) -> Reply:
    """The secret is in this answer and in no other. Names in `events` are those of the event contract."""
    secrets, policy = _secrets(call), policy_of(call.house.settings)
    made = _written(
        call, "register_webhook", schemas.WebhookWithSecret,
        lambda open_: endpoints.register(open_, now=_now(call), secrets=secrets, policy=policy, request=call.body),
    )  # fmt: skip
    return replace(made, headers={"Location": f"{PATH}/{made.data['id']}"})


@route(
    "GET", PATH, operation="listWebhooks", tags=TAGS, who=STAFF, query=schemas.ListWebhooks, gives=schemas.Webhooks,
    summary="Every partner's webhook, newest first", example=examples.page_of(examples.WEBHOOK),
)  # fmt: skip
def list_webhooks(call: HttpCall) -> Reply:
    return _read(
        call, "list_webhooks", schemas.Webhooks,
        lambda open_: endpoints.list_all(open_, now=_now(call), **call.query),
    )  # fmt: skip


@route(
    "GET", f"{PATH}/{{webhook_id}}", operation="getWebhook", tags=TAGS, who=STAFF, has_etag=True,
    gives=schemas.Webhook, summary="One webhook, and how it fares", example=examples.WEBHOOK,
)  # fmt: skip
def get_webhook(call: HttpCall) -> Reply:
    return _read(
        call, "get_webhook", schemas.Webhook,
        lambda open_: endpoints.get(open_, endpoint_id=_webhook_id(call), now=_now(call)),
    )  # fmt: skip


@route(
    "PATCH", f"{PATH}/{{webhook_id}}", operation="changeWebhook", tags=TAGS, who=STAFF, steps_up=True,
    conditional=True, takes=schemas.ChangeWebhook,
    gives=schemas.Webhook, summary="Change a webhook, disable it or switch it on again",
    sends={"events": EVENTS, "state": "active"}, example=examples.WEBHOOK,
)  # fmt: skip
def change_webhook(call: HttpCall) -> Reply:
    """A disabled webhook is sent nothing, and what happens meanwhile is not kept for it."""
    policy = policy_of(call.house.settings)

    def work(open_: Transaction) -> dict[str, Any]:
        place = {"endpoint_id": _webhook_id(call), "now": _now(call)}
        return endpoints.change(open_, policy=policy, if_versions=call.versions, request=call.body, **place)

    return _written(call, "change_webhook", schemas.Webhook, work)


@route(
    "DELETE", f"{PATH}/{{webhook_id}}", operation="removeWebhook", status=204, tags=TAGS, who=STAFF, gives=Nothing,
    summary="Remove a webhook with all that waits for it",
)  # fmt: skip
def remove_webhook(call: HttpCall) -> Reply:
    return _written(
        call, "remove_webhook", Nothing, lambda open_: endpoints.remove(open_, endpoint_id=_webhook_id(call))
    )


@route(
    "POST", f"{PATH}/{{webhook_id}}/rotate-secret", operation="rotateWebhookSecret", tags=TAGS, who=STAFF,
    steps_up=True, takes_key=True, errors=("secret_rotation_running",),
    gives=schemas.WebhookWithSecret, tagged_as=schemas.Webhook, summary="Make a new secret",
    example={**examples.WEBHOOK, "secret": examples.WEBHOOK_SECRET},
)  # fmt: skip
def rotate_webhook_secret(call: HttpCall) -> Reply:
    """Both secrets sign for 24 hours, until `previous_secret_until`; until then there is no third one.

    Send an Idempotency-Key: should the answer be lost, the same key gives it again for as long as both sign.
    """
    secrets, repeats = _secrets(call), []

    def work(open_: Transaction) -> dict[str, Any]:
        found, is_repeat = endpoints.rotate_secret(
            open_, endpoint_id=_webhook_id(call), now=_now(call), secrets=secrets,
            principal=call.context.subject, key=call.key,
        )  # fmt: skip
        repeats.append(is_repeat)
        return found

    made = _written(call, "rotate_webhook_secret", schemas.WebhookWithSecret, work)
    return replace(made, replayed=repeats[-1])


@route(
    "POST", f"{PATH}/{{webhook_id}}/test", operation="testWebhook", status=202, tags=TAGS, who=STAFF,
    gives=schemas.WebhookDelivery, summary="Send a made-up event", errors=("webhook_disabled",),
    example=examples.WEBHOOK_DELIVERY,
)  # fmt: skip
def test_webhook(call: HttpCall) -> Reply:
    """Sent within a second, like any other; what came of it is in the list of deliveries."""
    return _written(
        call, "test_webhook", schemas.WebhookDelivery,
        lambda open_: deliveries.send_test(open_, endpoint_id=_webhook_id(call), now=_now(call)),
    )  # fmt: skip


@route(
    "GET", f"{PATH}/{{webhook_id}}/deliveries", operation="listWebhookDeliveries", tags=TAGS, who=STAFF,
    query=schemas.ListDeliveries, gives=schemas.WebhookDeliveries, summary="What was sent, newest first",
    example=examples.page_of(examples.WEBHOOK_DELIVERY),
)  # fmt: skip
def list_webhook_deliveries(call: HttpCall) -> Reply:
    """Kept for 30 days after they arrived or failed for good; `state=failed` are those to replay."""
    return _read(
        call, "list_webhook_deliveries", schemas.WebhookDeliveries,
        lambda open_: deliveries.list_of(open_, endpoint_id=_webhook_id(call), **call.query),
    )  # fmt: skip


@route(
    "POST", f"{PATH}/{{webhook_id}}/deliveries/{{delivery_id}}/replay", operation="replayWebhookDelivery", status=202,
    tags=TAGS, who=STAFF, gives=schemas.WebhookDelivery, summary="Send one event again",
    example=examples.WEBHOOK_DELIVERY, errors=("webhook_disabled",),
)  # fmt: skip
def replay_webhook_delivery(call: HttpCall) -> Reply:
    """Under its own `webhook-id`, so that a partner who has it already passes it over."""
    delivery_id = UUID(call.path["delivery_id"])

    def work(open_: Transaction) -> Any:
        return deliveries.replay(open_, endpoint_id=_webhook_id(call), delivery_id=delivery_id, now=_now(call))

    return _written(call, "replay_webhook_delivery", schemas.WebhookDelivery, work)


@route(
    "POST", f"{PATH}/{{webhook_id}}/deliveries/replay", operation="replayFailedWebhookDeliveries", status=202,
    tags=TAGS, who=STAFF, takes=schemas.ReplayFailed, gives=schemas.Replayed,
    summary="Send everything again that failed since an instant", sends={"failed_since": "2026-11-23T00:00:00Z"},
    example={"count": 12}, errors=("webhook_disabled",),
)  # fmt: skip
def replay_failed_webhook_deliveries(call: HttpCall) -> Reply:
    since = call.body["failed_since"]

    def work(open_: Transaction) -> dict[str, int]:
        place = {"endpoint_id": _webhook_id(call), "now": _now(call)}
        return {"count": deliveries.replay_failed(open_, since=since, **place)}

    return _written(call, "replay_failed_webhook_deliveries", schemas.Replayed, work)


def _read(call: HttpCall, method: str, gives: type[Strict], question: Callable[[Transaction], Any]) -> Reply:
    """Audited, and only then asked."""
    with call.house.store.writing() as open_:
        _audit(open_, call, method)
    with call.house.store.reading() as open_:
        return _reply(gives, question(open_))


def _written(call: HttpCall, method: str, gives: type[Strict], work: Callable[[Transaction], Any]) -> Reply:
    """Audited and done in one transaction; what is refused, and so undone, is audited by itself."""

    def once() -> Any:
        with call.house.store.writing() as open_:
            _audit(open_, call, method)
            return work(open_)

    try:
        return _reply(gives, run_contended(once))
    except Refusal:
        with call.house.store.writing() as open_:
            _audit(open_, call, method)
        raise


def _reply(gives: type[Strict], found: Any) -> Reply:
    """A webhook's version goes along, for its ETag."""
    version = {"version": found["version"]} if isinstance(found, dict) and "version" in found else {}
    return Reply({**dump(gives, found), **version})


def _audit(open_: Transaction, call: HttpCall, method: str) -> None:
    asked = {**call.path, **call.query, **call.body}
    audit.record(open_, now=_now(call), context=call.context, method=f"gateway.{method}", request=asked)


def _now(call: HttpCall) -> Any:
    return call.house.clock.now()


def _webhook_id(call: HttpCall) -> UUID:
    return UUID(call.path["webhook_id"])


def _secrets(call: HttpCall) -> Secrets:
    return Secrets(folder=call.house.settings["KEYS_DIR"])


ROUTES = (
    register_webhook,
    list_webhooks,
    get_webhook,
    change_webhook,
    remove_webhook,
    rotate_webhook_secret,
    test_webhook,
    list_webhook_deliveries,
    replay_webhook_delivery,
    replay_failed_webhook_deliveries,
)
