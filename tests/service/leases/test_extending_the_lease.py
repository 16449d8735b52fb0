"""A lessee asks for more months, every lessee accepts, accounts appends them; billing, prices and dates follow."""

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.context import CallContext, Grant
from deploy.ledger_check import check
from services.leases.contract.errors import NotALessee, OptionAlreadyOpen, OptionNotOpen, OptionStepNotPossible
from tests.builders.accounts import A_BORROWER, A_CO_BORROWER, an_opening
from tests.builders.lease_house import BALANCE_AFTER_34_CENTS, INSTALMENT_CENTS, LeaseHouse, a_late_lease
from tests.builders.wiring import a_customer, an_agent, call
from tests.fixtures.time import NOW
from tests.service.leases.test_buying_the_vehicle import bought

MADE = count()
ALEX = replace(A_CO_BORROWER, first_name="Alex", ssn_last4="7720")


def asked(house: LeaseHouse, account_id: str, *, months: int = 3, key: str = "extend") -> dict[str, Any]:
    answer: dict[str, Any] = house.asks("request_extension", account_id, key=key, months=months)
    return answer


def lessee(account_id: str, *, role: str, person: str = "first") -> CallContext:
    return CallContext(subject=f"{person} {role}", role="customer", accounts=(Grant(id=account_id, role=role),))


def accepted(
    house: LeaseHouse, extension: dict[str, Any], *, role: str = "borrower", person: str = "first"
) -> dict[str, Any]:
    account_id = extension["account_id"]
    caller = lessee(account_id, role=role, person=person)
    answer: dict[str, Any] = house.asks(
        "accept_extension", account_id, key=f"accept-{next(MADE)}", context=caller, option_id=extension["id"]
    )
    return answer


def seen(house: LeaseHouse, extension: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = house.asks("get_extension", extension["account_id"], option_id=extension["id"])
    return answer


def test_the_way_from_the_request_to_the_new_instalments(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    extension = asked(house, account_id)
    assert (extension["status"], extension["offered_until_on"]) == ("offered", "2026-11-28")
    terms = extension["terms"]
    assert (terms["starts_on"], terms["ends_on"], terms["total_cents"]) == ("2027-01-15", "2027-04-15", 144_720)
    assert (terms["added_miles"], terms["new_disclosure"]) == (3_000, False)
    accepted(house, extension)
    assert seen(house, extension)["status"] == "active"
    assert house.standing(account_id)["maturity_on"] == "2027-04-15"
    (told,) = house.told("lease_extended")
    assert (told["months"], told["from_instalment"], told["maturity_on"]) == (3, 37, "2027-04-15")
    cockpit = house.asks("get_lease_end", account_id)
    assert (cockpit["ends_on"], cockpit["days_left"]) == ("2027-04-15", 143)
    assert [event["decision"] for event in house.told("extension_decided")] == ["offered", "active"]
    assert [event["outcome"] for event in house.told("option_closed")] == ["active"]
    assert check(house.accounts.store) == []


def test_its_price_is_what_the_ledger_asks_for(house: LeaseHouse, clock: FixedClock) -> None:
    account_id = house.takes_over(a_late_lease())
    accepted(house, asked(house, account_id, months=1))
    for day in (date(2026, 12, 15), date(2027, 1, 15)):
        clock.move_to(NOW, today=day)
        assert house.standing(account_id)["amount_due_cents"] == INSTALMENT_CENTS
        house.pays(account_id, amount_cents=INSTALMENT_CENTS)
    view = house.standing(account_id)
    assert (view["amount_due_cents"], view["next_due_on"], view["principal_balance_cents"]) == (0, None, 1_890_000)
    clock.move_to(NOW, today=date(2027, 2, 14))
    buyout = bought(house, account_id)
    assert {line["code"]: line["amount_cents"] for line in buyout["price"]["lines"]}["vehicle_price"] == 1_890_000
    house.pays(account_id, amount_cents=buyout["payoff_cents"], quote_id=buyout["quote_id"])
    assert house.standing(account_id)["status"] == "paid_off"
    assert check(house.accounts.store) == []


def test_every_lessee_accepts_for_themselves(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(parties=(A_BORROWER, A_CO_BORROWER)))
    extension = asked(house, account_id)
    assert extension["must_accept"] == ["borrower", "co_borrower"]
    with pytest.raises(NotALessee):
        accepted(house, extension, role="guarantor")
    assert accepted(house, extension)["status"] == "offered"
    assert accepted(house, extension)["have_accepted"] == ["borrower"]
    accepted(house, extension, role="co_borrower")
    assert seen(house, extension)["status"] == "active"


def test_two_who_share_a_role_are_two_who_accept(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(parties=(A_BORROWER, A_CO_BORROWER, ALEX)))
    extension = asked(house, account_id)
    assert extension["must_accept"] == ["borrower", "co_borrower", "co_borrower_2"]
    accepted(house, extension)
    for _ in range(2):
        assert accepted(house, extension, role="co_borrower")["status"] == "offered"
    assert seen(house, extension)["have_accepted"] == ["borrower", "co_borrower"]
    for person, awaits in (("first", False), ("second", True)):
        caller = lessee(account_id, role="co_borrower", person=person)
        (waiting,) = call(house.leases.list_approvals, request={}, context=caller)["data"]
        assert waiting["awaits_you"] is awaits
    accepted(house, extension, role="co_borrower", person="second")
    assert seen(house, extension)["status"] == "active"


def test_an_extension_of_an_earlier_release_knows_who_accepted_by_their_role(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(parties=(A_BORROWER, A_CO_BORROWER)))
    extension = asked(house, account_id)
    accepted(house, extension)
    with house.leases.store.housekeeping() as connection:
        connection.exec_driver_sql("UPDATE lease_options SET details = details - 'accepted_by'")
    assert accepted(house, extension)["have_accepted"] == ["borrower"]
    accepted(house, extension, role="co_borrower")
    assert seen(house, extension)["status"] == "active"


def test_beyond_six_months_a_person_decides_and_new_disclosures_are_due(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    accepted(house, asked(house, account_id, months=6))
    house.clock.move_to(NOW, today=date(2027, 4, 1))
    for day in range(2):
        house.pays(account_id, amount_cents=INSTALMENT_CENTS * 2, effective_on=date(2027, 3, 15 + day))
    seventh = asked(house, account_id, months=1, key="seventh")
    assert (seventh["status"], seventh["terms"]["new_disclosure"]) == ("requested", True)
    with pytest.raises(OptionStepNotPossible):
        accepted(house, seventh)
    decision = {"option_id": seventh["id"], "decision": "offer", "reason": "The next one is on order."}
    house.asks("decide_extension", account_id, key="decide", context=an_agent(), **decision)
    accepted(house, seventh)
    assert seen(house, seventh)["status"] == "active"
    assert house.standing(account_id)["maturity_on"] == "2027-08-15"


def test_what_is_past_due_closes_it_here_and_in_accounts(house: LeaseHouse) -> None:
    opening = an_opening(principal_cents=BALANCE_AFTER_34_CENTS, next_instalment_number=35, payments_made=34)
    account_id = house.takes_over(a_late_lease(opening=opening))
    # Leases has not heard of it yet: its projection says nothing is past due.
    extension = asked(house, account_id)
    accepted(house, extension)
    declined = seen(house, extension)
    assert (declined["status"], "past due" in declined["reason"]) == ("declined", True)
    house.pays(account_id, amount_cents=100)
    with pytest.raises(OptionNotOpen):
        asked(house, account_id, key="again")


def test_an_offer_lapses_and_a_request_can_be_taken_back(house: LeaseHouse, clock: FixedClock) -> None:
    account_id = house.takes_over(a_late_lease())
    first = asked(house, account_id)
    with pytest.raises(OptionAlreadyOpen):
        bought(house, account_id)
    assert house.asks("withdraw_extension", account_id, option_id=first["id"])["status"] == "withdrawn"
    second = asked(house, account_id, key="second")
    clock.move_to(NOW, today=date(2026, 11, 29))
    with pytest.raises(OptionStepNotPossible):
        accepted(house, second)
    house.leases.every_minute_lapse_options()
    assert seen(house, second)["status"] == "lapsed"


def test_a_lease_bought_meanwhile_is_not_extended(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    buyout = bought(house, account_id)
    house.asks("cancel_buyout", account_id, option_id=buyout["id"])
    extension = asked(house, account_id)
    house.pays(account_id, amount_cents=buyout["payoff_cents"], quote_id=buyout["quote_id"])
    assert seen(house, extension)["status"] == "superseded"
    assert house.standing(account_id)["status"] == "paid_off"


def test_milestones_are_told_once_and_begin_anew_with_the_new_end(house: LeaseHouse, clock: FixedClock) -> None:
    account_id = house.takes_over(a_late_lease())
    assert a_customer(accounts=(account_id,)).may_see(account_id)

    def told() -> list[tuple[int, int]]:
        house.leases.every_minute_tell_milestones()
        return [(each["milestone_days"], each["days_left"]) for each in house.told("lease_end_approaching")]

    assert told() == [(60, 53)]
    assert told() == [(60, 53)]
    accepted(house, asked(house, account_id, months=3))
    assert told() == [(60, 53)], "143 days are left by now"
    clock.move_to(NOW, today=date(2026, 12, 16))
    assert told() == [(60, 53), (120, 120)]
    clock.move_to(NOW, today=date(2027, 4, 15))
    assert told() == [(60, 53), (120, 120), (7, 0)]


def told_days(house: LeaseHouse) -> list[tuple[int, int]]:
    return [(each["milestone_days"], each["days_left"]) for each in house.told("lease_end_approaching")]


def test_a_milestone_that_the_new_end_has_reached_is_told_with_the_extension(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    house.ends_day(date(2026, 12, 17))
    house.pays(account_id, amount_cents=INSTALMENT_CENTS, effective_on=date(2026, 12, 15))
    accepted(house, asked(house, account_id, months=1))
    assert told_days(house) == [(30, 29), (60, 60)]
    house.ends_day(date(2026, 12, 18))
    house.leases.every_minute_tell_milestones()
    assert told_days(house) == [(30, 29), (60, 60)]


def test_the_sweep_does_not_overtake_the_end_of_the_day_before(house: LeaseHouse, clock: FixedClock) -> None:
    house.takes_over(a_late_lease())
    clock.move_to(NOW, today=date(2026, 12, 17))
    house.leases.every_minute_tell_milestones()
    assert told_days(house) == []
    house.ends_day(date(2026, 12, 16))
    assert told_days(house) == [(30, 30)]
    clock.move_to(NOW, today=date(2027, 1, 8))
    house.leases.every_minute_tell_milestones()
    assert told_days(house) == [(30, 30), (7, 7)], "what is reached today waits for no end"


def test_the_sweep_tells_what_no_end_of_a_day_has_told(house: LeaseHouse, clock: FixedClock) -> None:
    house.takes_over(a_late_lease())
    clock.move_to(NOW, today=date(2026, 12, 18))
    house.leases.every_minute_tell_milestones()
    assert told_days(house) == [(30, 28)]


class TestWhatWaitsForEveryLessee:
    def waiting(self, house: LeaseHouse, account_id: str, *, role: str) -> list[dict[str, Any]]:
        caller = CallContext(subject=f"user-{role}", role="customer", accounts=(Grant(id=account_id, role=role),))
        found: list[dict[str, Any]] = call(house.leases.list_approvals, request={}, context=caller)["data"]
        return found

    def test_is_listed_for_each_of_them_until_they_agree(self, house: LeaseHouse) -> None:
        account_id = house.takes_over(a_late_lease(parties=(A_BORROWER, A_CO_BORROWER)))
        extension = asked(house, account_id)
        [offered] = self.waiting(house, account_id, role="co_borrower")
        assert (offered["id"], offered["kind"], offered["decide_by_on"]) == (extension["id"], "extension", "2026-11-28")
        assert (offered["summary"], offered["awaits_you"]) == ("3 months more, through 2027-04-15", True)
        accepted(house, extension)
        [mine], [theirs] = (self.waiting(house, account_id, role=role) for role in ("borrower", "co_borrower"))
        assert (mine["awaits_you"], theirs["awaits_you"], theirs["agreed"]) == (False, True, ["borrower"])
        accepted(house, extension, role="co_borrower")
        assert self.waiting(house, account_id, role="co_borrower") == []
        assert seen(house, extension)["status"] == "active"

    def test_is_off_after_its_deadline(self, house: LeaseHouse) -> None:
        account_id = house.takes_over(a_late_lease(parties=(A_BORROWER, A_CO_BORROWER)))
        extension = asked(house, account_id)
        accepted(house, extension)
        house.clock.move_to(NOW, today=date(2026, 11, 29))
        assert self.waiting(house, account_id, role="co_borrower") == []
        with pytest.raises(OptionStepNotPossible):
            accepted(house, extension, role="co_borrower")

    def test_is_nobody_elses(self, house: LeaseHouse) -> None:
        account_id = house.takes_over(a_late_lease())
        asked(house, account_id)
        assert call(house.leases.list_approvals, request={}, context=a_customer()) == {"data": []}
