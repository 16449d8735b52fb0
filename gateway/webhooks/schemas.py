"""The shapes of webhooks over HTTP."""

from typing import Any

from marshmallow import fields, validate

from chassis.schemas import Instant, Strict, Text
from gateway.schemas import PAGE_DEFAULT, PAGE_MAX
from gateway.webhooks.addresses import URL_LENGTH_MAX
from gateway.webhooks.models import ACTIVE, DELIVERED, DISABLED, FAILED, WAITING

DESCRIPTION_LENGTH_MAX = 200
EVENTS_MAX = 100


def _events(*, required: bool) -> fields.List[Any]:
    names = Text(longest=100)
    return fields.List(names, required=required, validate=validate.Length(min=1, max=EVENTS_MAX))


class RegisterWebhook(Strict):
    """Where a partner wants to be called, and for which events, by their names."""

    url = Text(required=True, longest=URL_LENGTH_MAX)
    events = _events(required=True)
    description = Text(load_default="", longest=DESCRIPTION_LENGTH_MAX, shortest=0)


class ChangeWebhook(Strict):
    """What is left out stays as it is."""

    url = Text(longest=URL_LENGTH_MAX)
    events = _events(required=False)
    description = Text(longest=DESCRIPTION_LENGTH_MAX, shortest=0)
    state = fields.String(validate=validate.OneOf([ACTIVE, DISABLED]))


class Webhook(Strict):
    """An endpoint of a partner.

    `disabled_reason` is `by_staff`, `gone` (it answered 410) or `failing` (nothing arrived for days). `failing_since`
    is there while calls fail, `paused_until` while it is left alone for failing. Until `previous_secret_until` the
    secret before the last rotation signs too.
    """

    id = fields.UUID(required=True)
    url = fields.String(required=True)
    events = fields.List(fields.String(), required=True)
    description = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([ACTIVE, DISABLED]))
    disabled_reason = fields.String(required=True, allow_none=True)
    disabled_at = Instant(required=True, allow_none=True)
    failures_in_row = fields.Integer(required=True)
    failing_since = Instant(required=True, allow_none=True)
    paused_until = Instant(required=True, allow_none=True)
    previous_secret_until = Instant(required=True, allow_none=True)
    created_at = Instant(required=True)


class WebhookWithSecret(Webhook):
    """`secret` is shown this once; hand it to the partner on a safe way."""

    secret = fields.String(required=True)


class Webhooks(Strict):
    data = fields.List(fields.Nested(Webhook), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)


class ListWebhooks(Strict):
    limit = fields.Integer(load_default=PAGE_DEFAULT, validate=validate.Range(min=1, max=PAGE_MAX))
    cursor = fields.UUID(load_default=None)


class ListDeliveries(ListWebhooks):
    state = fields.String(load_default=None, validate=validate.OneOf([WAITING, DELIVERED, FAILED]))


class WebhookDelivery(Strict):
    """One event on its way to one endpoint. `last_error` is a stable word, null where the last call was answered 2xx.

    `waiting` will be tried at `next_try_at`; `failed` has been tried for the last time, and can be replayed.
    """

    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    type = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([WAITING, DELIVERED, FAILED]))
    tries = fields.Integer(required=True)
    next_try_at = Instant(required=True, allow_none=True)
    last_tried_at = Instant(required=True, allow_none=True)
    last_status = fields.Integer(required=True, allow_none=True)
    last_error = fields.String(required=True, allow_none=True)
    created_at = Instant(required=True)
    settled_at = Instant(required=True, allow_none=True)


class WebhookDeliveries(Strict):
    data = fields.List(fields.Nested(WebhookDelivery), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)


class ReplayFailed(Strict):
    """All that failed for good at this instant or later."""

    failed_since = Instant(required=True)


class Replayed(Strict):
    """How many will be sent again."""

    count = fields.Integer(required=True)
