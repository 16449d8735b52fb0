"""Partners are told what they asked for: signed, again until it arrives, for days, and each at its own pace."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from sqlalchemy import select, text

from chassis.clock import FixedClock
from chassis.doors import Outcome
from chassis.store import Database, Transaction
from gateway import openapi
from gateway.api import examples
from gateway.service import GatewayService
from gateway.stream.told import unpromised
from gateway.webhooks import dispatching, endpoints, rules
from gateway.webhooks.dispatching import Dispatcher
from gateway.webhooks.models import webhook_endpoints
from tests.builders.partners import Gate, Partner, a_partner
from tests.builders.wiring import deliver, deliver_together, statements
from tests.fixtures.dying import dies_at
from tests.fixtures.ports import free_port
from tests.fixtures.processes import eventually
from tests.service.gateway.webhooks import Stage
from tests.unit.gateway.builders import HttpAnswer


class TestWhatArrives:
    def test_is_the_event_as_it_travels_on_the_bus_under_the_events_own_id(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = partners_stage.registers(partner)
        (event,) = partners_stage.happens()
        partners_stage.dispatches()
        (arrival,) = partner.arrivals
        assert arrival.body.decode() == event.to_json()
        assert arrival.id == str(event.id)
        assert arrival.headers["content-type"] == "application/cloudevents+json"
        assert arrival.verified_with(webhook["secret"]) == json.loads(event.to_json())
        assert partners_stage.delivery(webhook)["state"] == "delivered"

    def test_is_what_the_contract_tells_partners_to_take(self, partners_stage: Stage, partner: Partner) -> None:
        partners_stage.registers(partner)
        partners_stage.happens()
        partners_stage.dispatches()
        (arrival,) = partner.arrivals
        told = openapi.document()["webhooks"]["event"]["post"]
        content = told["requestBody"]["content"][arrival.headers["content-type"]]
        OAS31Validator(content["schema"]).validate(json.loads(arrival.body))
        assert {header["name"] for header in told["parameters"]} <= set(arrival.headers)

    def test_is_believed_with_the_right_secret_alone_and_only_as_it_was_sent(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = partners_stage.registers(partner)
        partners_stage.happens()
        partners_stage.dispatches()
        (arrival,) = partner.arrivals
        with a_partner() as another:
            assert arrival.verified_with(partners_stage.registers(another)["secret"]) is None
        forged = type(arrival)(arrival.path, arrival.headers, arrival.body.replace(b"41235", b"41236"))
        assert forged.verified_with(webhook["secret"]) is None
        late = type(arrival)(arrival.path, {**arrival.headers, "webhook-timestamp": "1700000000"}, arrival.body)
        assert late.verified_with(webhook["secret"]) is None

    def test_is_what_the_partner_asked_for_and_nothing_else(self, partners_stage: Stage, partner: Partner) -> None:
        other = partners_stage.registers(partner, "payment_declined", "account_paid_off")
        partners_stage.happens()
        partners_stage.dispatches()
        assert partner.arrivals == []
        assert partners_stage.deliveries(other) == []

    def test_comes_once_however_often_the_bus_tells_it(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        (event,) = partners_stage.happens()
        again = deliver(partners_stage.service.on_promised, event)
        partners_stage.dispatches()
        assert (again, len(partner.arrivals)) == (Outcome.DUPLICATE, 1)
        assert len(partners_stage.deliveries(webhook)) == 1


def test_what_nobody_wants_leaves_no_trace_and_who_registers_misses_nothing_from_then_on(
    partners_stage: Stage, partner: Partner
) -> None:
    partners_stage.is_sent(2)
    assert partners_stage.inbox() == []
    webhook = partners_stage.registers(partner, "notification_sent")
    wanted = partners_stage.is_sent(2)
    partners_stage.dispatches()
    assert {arrival.id for arrival in partner.arrivals} == {str(event.id) for event in wanted}
    assert partners_stage.changes(webhook, state="disabled").status_code == 200
    partners_stage.is_sent(2)
    assert len(partners_stage.inbox()) == len(partners_stage.deliveries(webhook)) == 2


def test_events_that_come_together_are_each_told_to_every_partner(partners_stage: Stage, partner: Partner) -> None:
    with a_partner() as another:
        webhooks = [partners_stage.registers(one, "notification_sent") for one in (partner, another)]
        events = partners_stage.is_sent(3, together=True)
        partners_stage.dispatches()
        for webhook, one in zip(webhooks, (partner, another), strict=True):
            assert len(partners_stage.deliveries(webhook)) == 3
            assert {arrival.id for arrival in one.arrivals} == {str(event.id) for event in events}


def test_events_that_come_together_cost_as_many_statements_as_two(partners_stage: Stage, partner: Partner) -> None:
    def cost(events: int) -> int:
        posted = [partners_stage.a_payment_posted() for _ in range(events)]
        with statements(partners_stage.database) as told:
            deliver_together(partners_stage.service.on_promised, posted)
        return len(told)

    partners_stage.registers(partner)
    assert cost(2) == cost(7)
    assert len(partners_stage.inbox()) == 9


def test_every_event_that_others_may_rely_on_can_be_asked_for_and_is_listened_to() -> None:
    heard = {
        event.name for name in dir(GatewayService) for event in getattr(getattr(GatewayService, name), "listens_to", ())
    }
    assert heard == endpoints.promised_names() | {event.name for event in unpromised()}
    assert {"payment_submitted", "mail_queued", "registration_received"}.isdisjoint(heard)


class TestRotation:
    def test_both_secrets_verify_until_the_overlap_is_over(self, partners_stage: Stage, partner: Partner) -> None:
        first = partners_stage.registers(partner)["secret"]
        webhook = partners_stage.seen({"id": partners_stage.asks("GET", "").json["data"][0]["id"]})
        second = partners_stage.asks("POST", f"/{webhook['id']}/rotate-secret").json["secret"]
        partners_stage.happens()
        partners_stage.dispatches()
        both = partner.arrivals[-1]
        assert len(both.headers["webhook-signature"].split(" ")) == 2
        assert both.verified_with(first) is not None
        assert both.verified_with(second) is not None
        partners_stage.clock.move_to(partners_stage.clock.now() + rules.SECRET_OVERLAP)
        partners_stage.happens()
        partners_stage.dispatches()
        assert len(partner.arrivals[-1].headers["webhook-signature"].split(" ")) == 1
        assert partners_stage.seen(webhook)["previous_secret_until"] is None

    def test_after_the_overlap_only_the_new_secret_signs(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        now = partners_stage.clock.now()
        # Long ago, so that what is sent now carries a time that partners take.
        partners_stage.clock.move_to(now - rules.SECRET_OVERLAP)
        second = partners_stage.asks("POST", f"/{webhook['id']}/rotate-secret").json["secret"]
        partners_stage.clock.move_to(now)
        partners_stage.happens()
        partners_stage.dispatches()
        (arrival,) = partner.arrivals
        assert arrival.verified_with(second) is not None
        assert arrival.verified_with(webhook["secret"]) is None

    def test_a_second_one_waits_for_the_end_of_the_first(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        now = partners_stage.clock.now()
        until = partners_stage.asks("POST", f"/{webhook['id']}/rotate-secret").json["previous_secret_until"]
        refused = partners_stage.asks("POST", f"/{webhook['id']}/rotate-secret")
        assert (refused.status_code, refused.json["code"]) == (409, "secret_rotation_running")
        assert f"signs until {until[:19]}Z" in refused.json["detail"]
        partners_stage.happens()
        partners_stage.dispatches()
        assert partner.arrivals[-1].verified_with(webhook["secret"]) is not None
        partners_stage.clock.move_to(now + rules.SECRET_OVERLAP)
        assert partners_stage.asks("POST", f"/{webhook['id']}/rotate-secret").status_code == 200

    def test_a_lost_answer_is_given_again_for_its_key_and_to_its_person_alone(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = partners_stage.registers(partner)

        def rotates(*, key: str = "first", **claims: Any) -> HttpAnswer:
            token = partners_stage.gateway.token(roles=["agent"], accounts=None, **claims)
            path = f"/{webhook['id']}/rotate-secret"
            return partners_stage.asks("POST", path, token=token, headers={"Idempotency-Key": key})

        lost, again = rotates(), rotates()
        assert again.json == lost.json
        assert ["Idempotent-Replayed" in answer.headers for answer in (lost, again)] == [False, True]
        assert [rotates(key="second").status_code, rotates(sub=examples.ACCOUNT_ID).status_code] == [409, 409]
        partners_stage.clock.move_to(partners_stage.clock.now() + rules.SECRET_OVERLAP)
        assert rotates().json["secret"] != lost.json["secret"]

    def test_a_secret_that_signs_no_more_is_not_kept(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        partners_stage.asks("POST", f"/{webhook['id']}/rotate-secret")
        with partners_stage.database.writing() as open_:
            assert endpoints.forget_old_secrets(open_, now=partners_stage.clock.now()) == 0
        partners_stage.clock.move_to(partners_stage.clock.now() + rules.SECRET_OVERLAP)
        with partners_stage.database.writing() as open_:
            assert endpoints.forget_old_secrets(open_, now=partners_stage.clock.now()) == 1


class TestAPartnerWhoFails:
    @pytest.mark.parametrize(
        ("status", "word"), [(500, "failed_there"), (503, "failed_there"), (404, "refused"), (302, "redirected")]
    )
    def test_is_asked_again_under_the_same_id(
        self, partners_stage: Stage, partner: Partner, status: int, word: str
    ) -> None:
        webhook = partners_stage.registers(partner)
        partner.statuses, partner.location = [status], partner.url
        partners_stage.happens()
        partners_stage.dispatches()
        row = partners_stage.delivery(webhook)
        assert (row["state"], row["tries"], row["last_status"], row["last_error"]) == ("waiting", 1, status, word)
        partners_stage.dispatches()
        assert len(partner.arrivals) == 1, "not before its time"
        partners_stage.passes(seconds=6)
        partners_stage.dispatches()
        assert (len(partner.arrivals), len(set(partner.ids))) == (2, 1)
        assert partners_stage.delivery(webhook)["state"] == "delivered"
        assert partners_stage.seen(webhook)["failing_since"] is None

    def test_each_try_signs_anew(self, partners_stage: Stage, partner: Partner) -> None:
        partners_stage.registers(partner)
        partner.statuses = [500]
        partners_stage.happens()
        partners_stage.dispatches()
        partners_stage.passes(seconds=6)
        partners_stage.dispatches()
        first, second = (int(arrival.headers["webhook-timestamp"]) for arrival in partner.arrivals)
        assert second - first >= 6

    def test_is_tried_over_days_and_then_the_delivery_has_failed_for_good(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = partners_stage.registers(partner)
        partner.statuses = [500] * 50
        partners_stage.happens()
        began = partners_stage.clock.now()
        for _ in range(30):
            partners_stage.dispatches()
            row = partners_stage.delivery(webhook)
            if row["state"] != "waiting":
                break
            paused_until = partners_stage.seen(webhook)["paused_until"]
            partners_stage.clock.move_to(row["next_try_at"] + timedelta(minutes=10 if paused_until else 0))
        assert (row["state"], row["tries"], len(partner.arrivals)) == ("failed", rules.TRIES_MAX, rules.TRIES_MAX)
        assert timedelta(days=2.5) < partners_stage.clock.now() - began < timedelta(days=4)

    def test_is_left_alone_after_five_failures_and_what_waits_loses_no_try(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = partners_stage.registers(partner)
        partner.statuses = [500] * 8
        partners_stage.happens(20)
        partners_stage.dispatches()
        # Four at once: the fifth failure closes it while up to three more are on their way.
        tried = len(partner.arrivals)
        assert 5 <= tried <= 8
        assert partners_stage.seen(webhook)["paused_until"] is not None
        partners_stage.passes(seconds=29)
        partners_stage.dispatches()
        assert len(partner.arrivals) == tried
        assert sum(row["tries"] for row in partners_stage.deliveries(webhook)) == tried

    @pytest.mark.parametrize("status", [429, 503])
    def test_that_says_when_to_come_again_is_left_alone_until_then(
        self, partners_stage: Stage, partner: Partner, status: int
    ) -> None:
        webhook = partners_stage.registers(partner)
        partner.statuses, partner.retry_after = [status], "3600"
        partners_stage.happens()
        partners_stage.dispatches()
        partners_stage.passes(minutes=59)
        partners_stage.happens()
        partners_stage.dispatches()
        assert len(partner.arrivals) == 1, "it was called although it had asked to be left alone"
        partners_stage.passes(minutes=2)
        partners_stage.dispatches()
        assert [(row["state"], row["tries"]) for row in partners_stage.deliveries(webhook)] == [
            ("delivered", 2), ("delivered", 1),
        ]  # fmt: skip

    def test_that_wants_to_be_left_alone_for_ever_is_called_after_a_day(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        partners_stage.registers(partner)
        partner.statuses, partner.retry_after = [503], "999999999"
        partners_stage.happens()
        partners_stage.dispatches()
        partners_stage.passes(hours=24, seconds=1)
        partners_stage.dispatches()
        assert len(partner.arrivals) == 2

    def test_is_asked_once_after_a_pause_and_gets_everything_when_it_is_back(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = partners_stage.registers(partner)
        partner.statuses = [500] * 8
        partners_stage.happens(20)
        partners_stage.dispatches()
        tried = len(partner.arrivals)
        partner.statuses = [500]
        partners_stage.passes(minutes=10)
        partners_stage.dispatches()
        assert len(partner.arrivals) == tried + 1
        partners_stage.passes(minutes=10)
        partners_stage.dispatches()
        assert {row["state"] for row in partners_stage.deliveries(webhook)} == {"delivered"}
        seen = partners_stage.seen(webhook)
        assert (seen["failures_in_row"], seen["failing_since"], seen["paused_until"]) == (0, None, None)

    def test_that_says_it_is_gone_is_disabled_at_once(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        partner.statuses = [410]
        partners_stage.happens()
        partners_stage.dispatches()
        seen = partners_stage.seen(webhook)
        assert (seen["state"], seen["disabled_reason"]) == ("disabled", "gone")
        row = partners_stage.delivery(webhook)
        assert (row["state"], row["last_status"]) == ("failed", 410)
        partners_stage.happens()
        partners_stage.passes(days=1)
        partners_stage.dispatches()
        assert (len(partner.arrivals), len(partners_stage.deliveries(webhook))) == (1, 1)

    def test_for_five_days_is_disabled_and_shown_so(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        partner.statuses = [500] * 100
        partners_stage.happens()
        partners_stage.dispatches()
        assert partners_stage.seen(webhook)["state"] == "active"
        partners_stage.passes(days=rules.FAILING_DAYS_MAX)
        partners_stage.happens()
        partners_stage.dispatches()
        seen = partners_stage.seen(webhook)
        assert (seen["state"], seen["disabled_reason"]) == ("disabled", "failing")
        assert {row["state"] for row in partners_stage.deliveries(webhook)} == {"failed"}

    def test_that_cannot_be_reached_is_a_failure_like_any_other(self, partners_stage: Stage) -> None:
        with a_partner() as gone:
            webhook = partners_stage.registers(gone)
        partners_stage.happens()
        partners_stage.dispatches()
        row = partners_stage.delivery(webhook)
        assert (row["state"], row["last_status"], row["last_error"]) == ("waiting", None, "not_reached")

    def test_and_whose_name_has_moved_inside_our_house_is_not_called(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = partners_stage.registers(partner)
        partners_stage.calls._look_up = lambda *_: ["10.0.0.1"]
        partners_stage.happens()
        partners_stage.dispatches()
        row = partners_stage.delivery(webhook)
        assert (row["state"], row["last_error"], partner.arrivals) == ("waiting", "address_not_public", [])


class TestASlowPartner:
    def test_keeps_nobody_waiting_but_itself(self, partners_stage: Stage, partner: Partner) -> None:
        gate = Gate()
        partner.before_answer = gate.wait
        partners_stage.registers(partner)
        with a_partner() as quick:
            webhook = partners_stage.registers(quick)
            partners_stage.happens(10)
            partners_stage.service.every_second_call_partners()
            eventually(lambda: len(quick.arrivals) == 10 and partner.at_once == rules.CALLS_PER_ENDPOINT_MAX)
            partners_stage.service.every_second_call_partners()
            eventually(lambda: all(row["state"] == "delivered" for row in partners_stage.deliveries(webhook)))
            assert len(partner.arrivals) == rules.CALLS_PER_ENDPOINT_MAX
            gate.open()
            assert partners_stage.dispatcher.wait(15)
        assert (len(partner.arrivals), len(set(partner.ids))) == (10, 10)
        assert partner.at_once_most <= rules.CALLS_PER_ENDPOINT_MAX

    def test_that_always_has_something_waiting_leaves_calls_to_others(
        self, partners_stage: Stage, partner: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dispatching, "CALLS_MAX", rules.CALLS_PER_ENDPOINT_MAX)
        monkeypatch.setattr(dispatching, "TURN_SECONDS_MAX", 0.0)
        gate = Gate()
        partner.before_answer = gate.wait
        partners_stage.registers(partner)
        partners_stage.happens(12)
        assert partners_stage.dispatcher.dispatch() == rules.CALLS_PER_ENDPOINT_MAX
        with a_partner() as quick:
            partners_stage.registers(quick)
            partners_stage.happens()
            gate.open()
            assert partners_stage.dispatcher.wait(15)
            assert len(partner.arrivals) == rules.CALLS_PER_ENDPOINT_MAX, "its turn is over, though more waits"
            partners_stage.dispatches()
            assert len(quick.arrivals) == 1
        assert len(partner.arrivals) > rules.CALLS_PER_ENDPOINT_MAX

    def test_has_no_more_calls_at_once_from_two_gateways_than_from_one(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        gate, second = Gate(), partners_stage.another_dispatcher()
        partner.before_answer = gate.wait
        partners_stage.registers(partner)
        partners_stage.happens(10)
        begun = partners_stage.dispatcher.dispatch() + second.dispatch()
        eventually(lambda: partner.at_once == rules.CALLS_PER_ENDPOINT_MAX)
        gate.open()
        assert partners_stage.dispatcher.wait(15)
        assert second.wait(15)
        assert (begun, partner.at_once_most) == (rules.CALLS_PER_ENDPOINT_MAX, rules.CALLS_PER_ENDPOINT_MAX)
        assert sorted(partner.ids) == sorted(set(partner.ids))

    def test_and_a_quick_one_are_called_once_for_each_delivery_by_gateways_that_compete(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhooks = [partners_stage.registers(partner) for _ in range(3)]
        events = partners_stage.happens(15)
        dispatchers = [partners_stage.dispatcher, partners_stage.another_dispatcher()]
        over = threading.Event()

        def compete(dispatcher: Dispatcher) -> None:
            while not over.is_set():
                dispatcher.dispatch()

        threads = [threading.Thread(target=compete, args=(dispatcher,)) for dispatcher in dispatchers]
        for thread in threads:
            thread.start()
        eventually(lambda: len(partner.arrivals) >= len(webhooks) * len(events))
        over.set()
        for thread in threads:
            thread.join(15)
        assert all(dispatcher.wait(15) for dispatcher in dispatchers)
        assert Counter(partner.ids) == {str(event.id): len(webhooks) for event in events}


class TestAGatewayThatDies:
    @pytest.mark.parametrize(("point", "before"), [("vendor.before_call", 0), ("vendor.after_call", 1)])
    def test_makes_at_most_a_duplicate_under_the_same_id(
        self, partners_stage: Stage, partner: Partner, point: str, before: int
    ) -> None:
        webhook = partners_stage.registers(partner)
        (event,) = partners_stage.happens()
        dies_at(point, database=partners_stage.database, work=partners_stage.dispatches)
        assert partner.ids == [str(event.id)] * before
        partners_stage.dispatches()
        assert len(partner.arrivals) == before, "the claim of the dead process still holds"
        partners_stage.passes(seconds=31)
        partners_stage.dispatches()
        assert partner.ids == [str(event.id)] * (before + 1)
        row = partners_stage.delivery(webhook)
        assert (row["state"], row["tries"]) == ("delivered", 2)

    def test_again_and_again_over_one_delivery_is_not_tried_for_ever(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        webhook = partners_stage.registers(partner)
        partners_stage.happens()
        for _ in range(rules.TRIES_MAX):
            dies_at("vendor.before_call", database=partners_stage.database, work=partners_stage.dispatches)
            partners_stage.passes(seconds=31)
        partners_stage.dispatches()
        assert partner.arrivals == []
        partners_stage.service.every_hour_forget_old_deliveries()
        row = partners_stage.delivery(webhook)
        assert (row["state"], row["last_error"]) == ("failed", "process_ended")

    def test_a_failure_that_comes_after_its_claim_ran_out_changes_nothing(
        self, partners_stage: Stage, partner: Partner
    ) -> None:
        """One process hangs over its call; another takes the delivery over; the first fails while that one waits."""
        slow, slower = Gate(), Gate()
        gates, second = [slow, slower], partners_stage.another_dispatcher()
        partner.statuses, partner.before_answer = [500, 204], lambda: gates.pop(0).wait()
        webhook = partners_stage.registers(partner)
        partners_stage.happens()
        partners_stage.dispatcher.dispatch()
        eventually(lambda: len(partner.arrivals) == 1)
        partners_stage.passes(seconds=31)
        second.dispatch()
        eventually(lambda: len(partner.arrivals) == 2)
        slow.open()
        assert partners_stage.dispatcher.wait(15)
        row = partners_stage.delivery(webhook)
        assert (row["tries"], row["claimed_until"] is None, row["last_error"]) == (2, False, None)
        assert partners_stage.seen(webhook)["failures_in_row"] == 0
        slower.open()
        assert second.wait(15)
        assert partners_stage.delivery(webhook)["state"] == "delivered"


def _waiting_for_locks(open_: Transaction) -> int:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    # A transaction looks once, unless it is told to look again.
    open_.value(text("SELECT pg_stat_clear_snapshot()"))
    found: int = open_.value(text(waiting))
    return found


def test_calls_that_end_together_leave_connections_to_the_rest_of_the_gateway(
    partners_stage: Stage, partner: Partner, migrated: Callable[[str], str]
) -> None:
    url, gate, pool_size = migrated("gateway"), Gate(), dispatching.SETTLED_AT_ONCE_MAX + 1
    partner.before_answer = gate.wait
    webhooks = [partners_stage.registers(partner) for _ in range(2)]
    partners_stage.happens(rules.CALLS_PER_ENDPOINT_MAX)
    store = Database(url=url, service="gateway", clock=partners_stage.clock, pool_size=pool_size)
    dispatcher = partners_stage.another_dispatcher(store=store)
    with partners_stage.database.writing() as slow:
        calls = dispatcher.dispatch()
        eventually(lambda: partner.at_once == calls)
        slow.all(select(webhook_endpoints).with_for_update())
        gate.open()
        # Each connection there is, but one, waits for those rows.
        eventually(lambda: partner.at_once == 0 and _waiting_for_locks(slow) >= dispatching.SETTLED_AT_ONCE_MAX)
        assert store.answers()
    assert dispatcher.wait(15)
    store.close()
    rows = [row for webhook in webhooks for row in partners_stage.deliveries(webhook)]
    assert Counter((row["state"], row["tries"]) for row in rows) == {("delivered", 1): calls}
    assert len(partner.arrivals) == calls


def test_without_a_database_everything_waits(partners_stage: Stage, clock: FixedClock) -> None:
    away = Database(url=f"postgresql://nobody@127.0.0.1:{free_port()}/none", service="gateway", clock=clock)
    dispatcher = Dispatcher(store=away, clock=clock, calls=partners_stage.calls, secrets=partners_stage.secrets)
    assert dispatcher.dispatch() == 0
    away.close()


class TestForgetting:
    def test_what_is_settled_is_kept_for_thirty_days(self, partners_stage: Stage, partner: Partner) -> None:
        webhook = partners_stage.registers(partner)
        partner.statuses = [204, 500]
        partners_stage.happens(2)
        partners_stage.dispatches()
        partners_stage.passes(days=30)
        partners_stage.service.every_hour_forget_old_deliveries()
        assert len(partners_stage.deliveries(webhook)) == 2
        partners_stage.passes(seconds=1)
        partners_stage.service.every_hour_forget_old_deliveries()
        assert [row["state"] for row in partners_stage.deliveries(webhook)] == ["waiting"]


def test_no_transaction_is_open_while_a_partner_is_called(partners_stage: Stage, partner: Partner) -> None:
    open_ones = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
    )
    seen: list[int] = []

    def look() -> None:
        with partners_stage.database.reading() as open_:
            seen.append(open_.value(open_ones))

    partner.before_answer = look
    partners_stage.registers(partner)
    partners_stage.happens()
    partners_stage.dispatches()
    assert seen == [0]
