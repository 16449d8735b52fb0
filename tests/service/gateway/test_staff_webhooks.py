"""Webhooks at the door of the gateway: for staff alone, every question on record, secrets shown once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from openapi_schema_validator import OAS31Validator
from sqlalchemy import select

from chassis.tables import audit_log
from gateway import openapi
from gateway.api import examples, staff_webhooks
from gateway.routing import Route
from gateway.webhooks import endpoints
from gateway.webhooks.models import webhook_endpoints
from gateway.webhooks.schemas import RegisterWebhook
from tests.builders.partners import Partner
from tests.service.gateway.webhooks import PATH, Stage

EVENTS = ["payment_posted"]
NOWHERE = "0193583f-0000-7000-8000-000000000000"
each_route = pytest.mark.parametrize("route", staff_webhooks.ROUTES, ids=lambda route: str(route.operation))


def _send(stage: Stage, route: Route, *, webhook_id: str, delivery_id: str, **options: Any) -> Any:
    path = route.path.format(webhook_id=webhook_id, delivery_id=delivery_id)
    body = dict(route.sends) if route.takes else None
    if route.conditional:
        options["headers"] = {"If-Match": '"1.whatever"'}
    return stage.asks(route.method, path.removeprefix(PATH), body, **options)


@pytest.fixture
def known(partners_stage: Stage, partner: Partner) -> dict[str, str]:
    """The ids of a webhook and of something that was sent to it."""
    webhook = partners_stage.registers(partner)
    sent = partners_stage.asks("POST", f"/{webhook['id']}/test").json
    return {"webhook_id": webhook["id"], "delivery_id": sent["id"]}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.document()


@each_route
class TestEveryRoute:
    def test_answers_as_the_contract_says_and_writes_down_who_asked_for_what(
        self, partners_stage: Stage, known: dict[str, str], route: Route, document: dict[str, Any]
    ) -> None:
        partners_stage.passes(seconds=1)
        answer = _send(partners_stage, route, **known)
        assert answer.status_code == route.status, answer.json
        told = document["paths"][route.path][route.method.lower()]["responses"][str(route.status)]
        if "content" in told:
            schema = {**told["content"]["application/json"]["schema"], "components": document["components"]}
            OAS31Validator(schema).validate(answer.json)
        with partners_stage.database.reading() as open_:
            row = open_.one(select(audit_log).order_by(audit_log.c.at.desc()).limit(1))
        assert row is not None
        assert (row["actor"], row["role"]) == (examples.USER_ID, "agent")
        assert (row["method"], bool(row["request_id"])) == (f"gateway.{route.handler.__name__}", True)
        assert "webhook_id" not in route.path_names or row["request"]["webhook_id"] == known["webhook_id"]

    def test_is_closed_to_strangers_and_customers_and_knows_nothing_that_is_not_there(
        self, partners_stage: Stage, known: dict[str, str], route: Route
    ) -> None:
        customer = partners_stage.gateway.token()
        for ids in (known, {"webhook_id": NOWHERE, "delivery_id": NOWHERE}):
            assert _send(partners_stage, route, **ids, token=None).status_code == 401
            assert _send(partners_stage, route, **ids, token=customer).status_code == 403
        if "webhook_id" in route.path_names:
            answer = _send(partners_stage, route, **{**known, "webhook_id": NOWHERE})
            assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_what_is_refused_is_written_down_too(partners_stage: Stage) -> None:
    assert partners_stage.asks("POST", f"/{NOWHERE}/rotate-secret").status_code == 404
    with partners_stage.database.reading() as open_:
        (row,) = open_.all(select(audit_log))
    assert (row["method"], row["request"]) == ("gateway.rotate_webhook_secret", {"webhook_id": NOWHERE})


class TestRegistering:
    def test_gives_a_secret_that_is_never_shown_again(self, partners_stage: Stage, partner: Partner) -> None:
        made = partners_stage.registers(partner)
        assert made["secret"].startswith("whsec_")
        assert len(made["secret"]) == len("whsec_") + 44
        for path in ("", f"/{made['id']}"):
            assert "secret" not in str(partners_stage.asks("GET", path).json).replace("previous_secret_until", "")

    def test_keeps_the_secret_encrypted_and_bound_to_its_row(self, partners_stage: Stage, partner: Partner) -> None:
        made = partners_stage.registers(partner)
        with partners_stage.database.reading() as open_:
            row = open_.one(select(webhook_endpoints))
        assert row is not None
        assert made["secret"].removeprefix("whsec_") not in str(row)
        sealed = row["secret_sealed"]
        assert partners_stage.secrets.unseal(sealed, endpoint_id=row["id"]) == made["secret"]
        with pytest.raises(InvalidTag):
            partners_stage.secrets.unseal(sealed, endpoint_id=UUID(NOWHERE))

    def test_refuses_events_that_nobody_promised_and_says_which_there_are(self, partners_stage: Stage) -> None:
        wanted = ["payment_posted", "payment_submitted", "payment_guessed"]
        answer = partners_stage.asks("POST", "", {"url": "https://partner.example/", "events": wanted})
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json["errors"]] == ["/events/1", "/events/2"]
        assert {error["code"] for error in answer.json["errors"]} == {"unknown_event"}
        assert all(name in answer.json["errors"][0]["detail"] for name in endpoints.promised_names())

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("https://10.0.0.1/hooks", "address_not_public"),
            ("https://169.254.169.254/", "address_not_public"),
            ("http://8.8.8.8/", "https_required"),
            ("http://partner.example/", "https_required"),
            ("https://partner.example:25/", "port_not_allowed"),
            ("https://user:word@partner.example/", "url_not_usable"),
            ("partner.example", "url_not_usable"),
        ],
    )
    def test_refuses_what_we_would_never_call(self, partners_stage: Stage, url: str, code: str) -> None:
        for answer in (
            partners_stage.asks("POST", "", {"url": url, "events": EVENTS}),
            partners_stage.changes({"id": NOWHERE}, etag='"1.whatever"', url=url),
        ):
            assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/url")
            assert answer.json["errors"][0]["code"] == code

    def test_ends_at_the_limit(self, partners_stage: Stage, monkeypatch: pytest.MonkeyPatch, partner: Partner) -> None:
        monkeypatch.setattr(endpoints, "ENDPOINTS_MAX", 2)
        partners_stage.registers(partner)
        partners_stage.registers(partner)
        answer = partners_stage.asks("POST", "", {"url": partner.url, "events": EVENTS})
        assert (answer.status_code, answer.json["code"]) == (409, "too_many_webhooks")

    def test_says_which_fields_are_missing_or_unknown(self, partners_stage: Stage) -> None:
        answer = partners_stage.asks("POST", "", {"secret": "mine", "events": []})
        codes = {error["pointer"]: error["code"] for error in answer.json["errors"]}
        assert codes == {"/secret": "unknown_field", "/url": "required", "/events": "out_of_range"}
        assert set(RegisterWebhook().fields) == {"url", "events", "description"}


class TestChanging:
    def test_changes_what_is_named_and_nothing_else(self, partners_stage: Stage, partner: Partner) -> None:
        before = partners_stage.registers(partner)
        changed = partners_stage.changes(before, description="Dealer portal").json
        assert changed == {**{name: before[name] for name in changed}, "description": "Dealer portal"}

    def test_names_what_it_was_made_from(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        read = partners_stage.asks("GET", f"/{webhook['id']}").headers["ETag"]
        blind = partners_stage.asks("PATCH", f"/{webhook['id']}", {"description": "blind"})
        first = partners_stage.changes(webhook, etag=read, description="first")
        late = partners_stage.changes(webhook, etag=read, description="late")
        after = partners_stage.changes(webhook, etag=first.headers["ETag"], description="second")
        assert [answer.status_code for answer in (blind, first, late, after)] == [428, 200, 412, 200]
        assert (late.json["code"], partners_stage.seen(webhook)["description"]) == ("precondition_failed", "second")

    def test_may_be_made_from_the_answer_that_made_the_webhook_or_its_secret(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        made = partners_stage.asks("POST", "", {"url": partner.url, "events": EVENTS})
        webhook = made.json
        assert partners_stage.asks("GET", f"/{webhook['id']}").headers["ETag"] == made.headers["ETag"]
        rotated = partners_stage.asks("POST", f"/{webhook['id']}/rotate-secret")
        assert partners_stage.asks("GET", f"/{webhook['id']}").headers["ETag"] == rotated.headers["ETag"]
        late = partners_stage.changes(webhook, etag=made.headers["ETag"], description="late")
        now = partners_stage.changes(webhook, etag=rotated.headers["ETag"], description="now")
        assert [late.status_code, now.status_code] == [412, 200]

    def test_made_from_an_active_one_does_not_meet_one_that_was_given_up_since(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = partners_stage.registers(partner)
        read = partners_stage.asks("GET", f"/{webhook['id']}").headers["ETag"]
        partner.statuses = [500, 410]
        partners_stage.happens(2)
        partners_stage.dispatches()
        partners_stage.passes(minutes=10)
        partners_stage.dispatches()
        assert partners_stage.seen(webhook)["state"] == "disabled"
        assert partners_stage.changes(webhook, etag=read, url=partner.url).status_code == 412

    def test_a_disabled_webhook_is_sent_nothing_and_what_waited_has_failed(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = partners_stage.registers(partner)
        partners_stage.happens()
        disabled = partners_stage.changes(webhook, state="disabled").json
        assert (disabled["state"], disabled["disabled_reason"]) == ("disabled", "by_staff")
        partners_stage.happens()
        partners_stage.dispatches()
        row = partners_stage.delivery(webhook)
        assert (partner.arrivals, row["state"], row["last_error"]) == ([], "failed", "endpoint_disabled")
        answer = partners_stage.asks("POST", f"/{webhook['id']}/test")
        assert (answer.status_code, answer.json["code"]) == (409, "webhook_disabled")

    def test_switched_on_again_it_begins_afresh(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        partner.statuses = [410]
        partners_stage.happens()
        partners_stage.dispatches()
        active = partners_stage.changes(webhook, state="active").json
        assert (active["state"], active["disabled_reason"], active["failures_in_row"]) == ("active", None, 0)
        partners_stage.happens()
        partners_stage.dispatches()
        assert len(partner.arrivals) == 2

    def test_removed_it_takes_along_what_was_sent(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        partners_stage.happens()
        assert partners_stage.asks("DELETE", f"/{webhook['id']}").status_code == 204
        partners_stage.dispatches()
        assert partner.arrivals == []
        assert partners_stage.deliveries(webhook) == []
        assert partners_stage.asks("GET", f"/{webhook['id']}").status_code == 404


class TestLookingAndReplaying:
    def test_a_list_goes_page_by_page_newest_first(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        events = [_happening(partners_stage) for _ in range(5)]
        first = partners_stage.asks("GET", f"/{webhook['id']}/deliveries?limit=2").json
        _happening(partners_stage)
        second = partners_stage.asks("GET", f"/{webhook['id']}/deliveries?limit=3&cursor={first['next_cursor']}").json
        seen = [row["event_id"] for row in [*first["data"], *second["data"]]]
        assert seen == events[::-1]
        assert second["next_cursor"] is None

    def test_webhooks_are_listed_page_by_page_too(self, partners_stage: Stage, partner: Partner) -> None:
        made = []
        for _ in range(3):
            made.append(partners_stage.registers(partner)["id"])
            partners_stage.passes(milliseconds=2)
        first = partners_stage.asks("GET", "?limit=2").json
        second = partners_stage.asks("GET", f"?cursor={first['next_cursor']}").json
        assert [row["id"] for row in [*first["data"], *second["data"]]] == made[::-1]

    def test_what_failed_is_found_and_sent_again_under_its_own_id(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = _with_failures(partners_stage, partner, count=3)
        failed = partners_stage.asks("GET", f"/{webhook['id']}/deliveries?state=failed").json["data"]
        assert len(failed) == 3
        wanted = failed[0]
        again = partners_stage.asks("POST", f"/{webhook['id']}/deliveries/{wanted['id']}/replay").json
        assert (again["state"], again["tries"], again["event_id"]) == ("waiting", 0, wanted["event_id"])
        partners_stage.dispatches()
        assert partner.ids[-1] == wanted["event_id"]
        assert len(partners_stage.asks("GET", f"/{webhook['id']}/deliveries?state=failed").json["data"]) == 2

    def test_everything_that_failed_since_an_instant_is_sent_again(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = _with_failures(partners_stage, partner, count=2)
        between = partners_stage.clock.now() + timedelta(minutes=1)
        partners_stage.passes(hours=1)
        later = _with_failures(partners_stage, partner, count=2, webhook=webhook)
        arrived = len(partner.arrivals)
        answer = partners_stage.asks("POST", f"/{later['id']}/deliveries/replay", {"failed_since": between.isoformat()})
        assert answer.json == {"count": 2}
        partners_stage.dispatches()
        assert len(partner.arrivals) == arrived + 2

    def test_an_instant_may_have_an_offset_that_postgresql_has_not(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = _with_failures(partners_stage, partner, count=1)
        answer = partners_stage.asks(
            "POST", f"/{webhook['id']}/deliveries/replay", {"failed_since": "2020-01-01T00:00:00+23:59"}
        )
        assert answer.json == {"count": 1}

    def test_what_arrived_can_be_sent_again_too(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        partners_stage.happens()
        partners_stage.dispatches()
        row = partners_stage.delivery(webhook)
        partners_stage.asks("POST", f"/{webhook['id']}/deliveries/{row['id']}/replay")
        partners_stage.dispatches()
        assert (len(partner.arrivals), len(set(partner.ids))) == (2, 1)

    def test_a_delivery_of_another_webhook_is_not_found(self, partners_stage: Stage, partner: Partner) -> None:
        mine, other = partners_stage.registers(partner), partners_stage.registers(partner, "account_opened")
        partners_stage.happens()
        row = partners_stage.delivery(mine)
        answer = partners_stage.asks("POST", f"/{other['id']}/deliveries/{row['id']}/replay")
        assert answer.status_code == 404

    def test_a_test_arrives_signed_and_says_that_it_is_one(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        sent = partners_stage.asks("POST", f"/{webhook['id']}/test").json
        partners_stage.dispatches()
        (arrival,) = partner.arrivals
        told = arrival.verified_with(webhook["secret"])
        assert (arrival.id, told["type"]) == (sent["event_id"], "captive.gateway.webhook_tested.v1")
        assert told["data"] == {"webhook_id": webhook["id"]}


def _with_failures(
    stage: Stage, partner: Partner, *, count: int, webhook: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A webhook, active again, for which so many deliveries have failed for good."""
    known = webhook or stage.registers(partner)
    stage.happens(count)
    stage.changes(known, state="disabled")
    stage.changes(known, state="active")
    return known


def _happening(stage: Stage) -> str:
    """The id of an event; the next one comes later."""
    (event,) = stage.happens()
    stage.passes(milliseconds=2)
    return str(event.id)
