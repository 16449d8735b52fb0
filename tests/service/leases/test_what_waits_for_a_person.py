"""Staff find what waits for them at the end of leases, decide it, and who decided is on record."""

from typing import Any

import pytest
from sqlalchemy import select

from chassis.errors import InvalidRequest, NotFound
from chassis.tables import audit_log
from deploy.ledger_check import check
from services.leases.contract.errors import OptionStepNotPossible
from tests.builders.lease_house import INSTALMENT_CENTS, LeaseHouse, a_late_lease
from tests.builders.wiring import an_agent, call
from tests.service.leases.test_buying_the_vehicle import settle_money
from tests.service.leases.test_extending_the_lease import asked
from tests.service.leases.test_turning_the_vehicle_in import CHARGES, inspected, returned, scheduled, seen

# Six months are what policy offers by itself.
EXTENDED_BEFORE = """
    INSERT INTO lease_options
    SELECT gen_random_uuid(), account_id, 'extension', 'ended', ends_on,
           '{"terms": {"months": 6, "ends_on": "2026-01-15"}}', 'x', ends_on, now(), ends_on, now() FROM leases
"""
OWED_CENTS = INSTALMENT_CENTS + sum(CHARGES.values())


def waiting(house: LeaseHouse, **request: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(house.leases.list_lease_work, request=request, context=an_agent())["data"]
    return found


def kinds(house: LeaseHouse, **request: Any) -> list[str]:
    return [item["kind"] for item in waiting(house, **request)]


def objects(house: LeaseHouse, turn_in: dict[str, Any], *, key: str = "object") -> dict[str, Any]:
    answer: dict[str, Any] = house.asks(
        "dispute_end_bill", turn_in["account_id"], key=key, option_id=turn_in["id"], reason="It was there."
    )
    return answer


def decides(house: LeaseHouse, turn_in: dict[str, Any], *, key: str = "decide", **decision: Any) -> dict[str, Any]:
    said = {"number": 1, "reason": "On the photos of the delivery.", **decision}
    answer: dict[str, Any] = house.asks(
        "decide_dispute", turn_in["account_id"], key=key, context=an_agent(), option_id=turn_in["id"], **said
    )
    return answer


def a_billed_turn_in(house: LeaseHouse) -> dict[str, Any]:
    turn_in = scheduled(house, house.takes_over(a_late_lease()))
    returned(house, turn_in)
    return inspected(house, turn_in)


def test_a_return_waits_for_its_steps_one_after_the_other(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    assert waiting(house) == []
    turn_in = scheduled(house, account_id)
    (item,) = waiting(house)
    assert (item["kind"], item["option_id"], item["due_on"]) == ("vehicle_to_receive", turn_in["id"], "2026-12-20")
    assert item["words"] == "The vehicle comes to Plano Kia."
    returned(house, turn_in)
    (item,) = waiting(house, account_id=account_id)
    assert (item["kind"], item["words"]) == (
        "vehicle_to_inspect", "The vehicle is back since 2026-11-23 with 38,000 miles.",
    )  # fmt: skip
    inspected(house, turn_in)
    assert waiting(house) == []
    objects(house, turn_in)
    (item,) = waiting(house, kind="dispute_to_decide")
    assert item["words"] == "Objection 1: It was there."
    decides(house, turn_in, decision="reject")
    assert waiting(house) == []


def test_requests_beyond_policy_wait_oldest_first_and_page_by_page(house: LeaseHouse) -> None:
    leases = [house.takes_over(a_late_lease(source_ref=f"demo/leases/{number}")) for number in range(3)]
    with house.leases.store.housekeeping() as connection:
        connection.exec_driver_sql(EXTENDED_BEFORE)
    asked_for = [asked(house, account_id, months=2, key=f"ask-{account_id}")["id"] for account_id in leases]
    assert kinds(house) == ["extension_to_decide"] * 3
    assert waiting(house)[0]["words"] == "2 months more are asked for, after 6 already."
    first = call(house.leases.list_lease_work, request={"limit": 2}, context=an_agent())
    rest = call(house.leases.list_lease_work, request={"cursor": first["next_cursor"]}, context=an_agent())
    assert sorted(item["option_id"] for item in [*first["data"], *rest["data"]]) == sorted(asked_for)
    assert (rest["next_cursor"], kinds(house, kind="vehicle_to_inspect")) == (None, [])
    with pytest.raises(InvalidRequest):
        waiting(house, cursor="nonsense")
    with pytest.raises(NotFound):
        waiting(house, account_id="none")


def test_an_upheld_objection_comes_off_the_bill(house: LeaseHouse) -> None:
    turn_in = a_billed_turn_in(house)
    account_id = turn_in["account_id"]
    objects(house, turn_in)
    decides(house, turn_in, decision="uphold", credit_cents=15_000)
    (dispute,) = seen(house, turn_in)["disputes"]
    assert (dispute["status"], dispute["credit_cents"], dispute["credited_cents"]) == ("upheld", 15_000, 15_000)
    assert dispute["decision_reason"] == "On the photos of the delivery."
    assert house.standing(account_id)["fees_due_cents"] == OWED_CENTS - 15_000
    paid = house.pays(account_id, amount_cents=OWED_CENTS - 15_000)
    settle_money(house, account_id, paid.data["payment_id"])
    assert (house.standing(account_id)["status"], seen(house, turn_in)["status"]) == ("closed", "completed")
    assert check(house.accounts.store) == []


def test_one_that_takes_off_all_that_is_left_closes_the_account(house: LeaseHouse) -> None:
    turn_in = a_billed_turn_in(house)
    account_id = turn_in["account_id"]
    house.pays(account_id, amount_cents=OWED_CENTS - 10_000)
    objects(house, turn_in)
    decides(house, turn_in, decision="uphold", credit_cents=15_000)
    (dispute,) = seen(house, turn_in)["disputes"]
    assert dispute["credited_cents"] == 10_000, "the rest was paid before: a person sends it back"
    assert (house.standing(account_id)["status"], seen(house, turn_in)["status"]) == ("closed", "completed")
    assert check(house.accounts.store) == []


def test_a_decision_is_made_once_and_who_made_it_is_on_record(house: LeaseHouse) -> None:
    turn_in = a_billed_turn_in(house)
    objects(house, turn_in)
    objects(house, turn_in, key="again")
    decides(house, turn_in, decision="reject")
    with pytest.raises(OptionStepNotPossible):
        decides(house, turn_in, key="other", decision="uphold", credit_cents=1)
    with pytest.raises(NotFound):
        decides(house, turn_in, key="third", number=3, decision="reject")
    for wrong in ({"decision": "uphold"}, {"decision": "reject", "credit_cents": 1}):
        with pytest.raises(InvalidRequest):
            decides(house, turn_in, key="wrong", number=2, **wrong)
    assert [each["status"] for each in seen(house, turn_in)["disputes"]] == ["rejected", "open"]
    assert house.standing(turn_in["account_id"])["fees_due_cents"] == OWED_CENTS
    with house.leases.store.reading() as transaction:
        rows = transaction.all(select(audit_log).order_by(audit_log.c.id))
    decisions = [row for row in rows if row["method"].endswith("decide_dispute")]
    assert sorted(row["request"]["number"] for row in decisions) == [1, 1, 3], "a refused try is on record too"
    assert {row["actor"] for row in decisions} == {an_agent().subject}
