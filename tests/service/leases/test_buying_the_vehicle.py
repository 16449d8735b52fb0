"""A lessee asks what the vehicle costs, is promised it, pays, and the ledger says the same cents."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.errors import NotFound, Refusal
from deploy.ledger_check import check
from services.accounts.contract.errors import GoodThroughOutOfRange
from services.accounts.contract.portfolio import PortfolioVehicle
from services.accounts.operations import note_good_funds, note_return
from services.leases.contract.errors import BuyerNotAllowed, OptionAlreadyOpen, OptionNotOpen, StatePolicyMissing
from tests.builders.accounts import an_opening, ledger_of
from tests.builders.lease_house import BALANCE_AFTER_34_CENTS, INSTALMENT_CENTS, LeaseHouse, a_late_lease
from tests.builders.wiring import a_customer, call

PRICE_CENTS = 1_927_487 + 30_000 + 8_500 + 141_918

TRUCK = PortfolioVehicle(
    vin="5XYP5DHC9RG123456", year=2024, make="Kia", model="Bongo", gross_weight_rating_pounds=16_001
)  # fmt: skip


def bought(house: LeaseHouse, account_id: str, *, key: str = "buy", **request: Any) -> dict[str, Any]:
    answer: dict[str, Any] = house.asks("start_buyout", account_id, key=key, **request)
    return answer


def seen(house: LeaseHouse, buyout: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = house.asks("get_buyout", buyout["account_id"], option_id=buyout["id"])
    return answer


def signed(house: LeaseHouse, account_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = house.asks(
        "sign_odometer_statement", account_id, key="sign", printed_name="Dana De La Cruz", miles=31_000,
        certification="actual", lessee_address="1 Elm St., Plano, TX 75023",
    )  # fmt: skip
    return answer


def settle_money(house: LeaseHouse, account_id: str, payment_id: str) -> None:
    settled = {"account_id": account_id, "payment_id": payment_id, "presentment_number": 1}
    with house.accounts.store.writing() as transaction:
        note_good_funds(transaction, settled=settled, today=house.clock.today())
    house.settle()


def test_what_is_promised_is_what_is_paid_and_what_the_ledger_posts(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    preview = house.asks("get_buyout_quote", account_id)
    buyout = bought(house, account_id)
    assert (buyout["payoff_cents"], buyout["price"]["total_cents"]) == (PRICE_CENTS, PRICE_CENTS)
    assert (preview["price"], preview["good_through"]) == (buyout["price"], "2026-12-03")
    paid = house.pays(account_id, amount_cents=PRICE_CENTS, quote_id=buyout["quote_id"])
    assert seen(house, buyout)["status"] == "paid"
    assert house.standing(account_id)["status"] == "paid_off"
    assert ledger_of(house.accounts.store, account_id=account_id) == {
        "clearing": PRICE_CENTS, "lease_end_income": -30_000, "official_fees_payable": -8_500,
        "sales_tax_payable": -141_918, "conversion_clearing": -1_927_487,
    }  # fmt: skip
    settle_money(house, account_id, paid.data["payment_id"])
    done = seen(house, buyout)
    assert (done["status"], done["closed_at"] is not None) == ("completed", True)
    (completed,) = house.told("buyout_completed")
    assert (completed["payoff_cents"], completed["quote_id"]) == (PRICE_CENTS, buyout["quote_id"])
    assert [(event["option"], event["outcome"]) for event in house.told("option_closed")] == [("buyout", "completed")]
    assert check(house.accounts.store) == []


def test_the_purchase_that_is_under_way_is_found_again_by_whoever_has_lost_its_id(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    assert under_way(house, account_id) == {}
    buyout = bought(house, account_id)
    assert under_way(house, account_id) == {"buyout": buyout["id"]}
    house.asks("cancel_buyout", account_id, option_id=buyout["id"])
    assert under_way(house, account_id) == {}


def under_way(house: LeaseHouse, account_id: str) -> dict[str, str]:
    options = house.asks("get_lease_end", account_id)["options"]
    return {option["option"]: option["option_id"] for option in options if option["option_id"] is not None}


def test_the_title_waits_for_good_money_and_the_odometer_statement(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    buyout = bought(house, account_id)
    assert buyout["odometer_statement_required"] is True
    assert "49 CFR 580.7" in buyout["odometer_notice"]
    paid = house.pays(account_id, amount_cents=PRICE_CENTS, quote_id=buyout["quote_id"])
    settle_money(house, account_id, paid.data["payment_id"])
    assert [step["done_on"] for step in seen(house, buyout)["title_steps"]] == ["2026-11-23", None, "2026-11-23", None]
    statement = signed(house, account_id)
    assert statement["notice"] == buyout["odometer_notice"]
    assert (statement["vin"], statement["lessor_name"]) == ("5XYP5DHC9RG123456", "Kia Finance America")
    after = seen(house, buyout)
    assert after["odometer_statement"] == statement
    assert [step["done_on"] for step in after["title_steps"]] == ["2026-11-23"] * 4
    assert house.asks("list_odometer_readings", account_id)["data"][0]["source"] == "statement"


def test_a_truck_beyond_16_000_pounds_is_bought_without_an_odometer_statement(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(vehicle=TRUCK))
    assert house.asks("get_lease", account_id)["vehicle"]["gross_weight_rating_pounds"] == 16_001
    assert house.standing(account_id)["vehicle"]["gross_weight_rating_pounds"] == 16_001
    buyout = bought(house, account_id)
    assert (buyout["odometer_statement_required"], "exempt" in buyout["odometer_notice"]) == (False, True)
    paid = house.pays(account_id, amount_cents=PRICE_CENTS, quote_id=buyout["quote_id"])
    settle_money(house, account_id, paid.data["payment_id"])
    steps = seen(house, buyout)["title_steps"]
    assert [step["code"] for step in steps] == ["money_received", "money_settled", "title_released"]
    assert [step["done_on"] for step in steps] == ["2026-11-23"] * 3
    assert "statement" not in " ".join(step["detail"] for step in steps)


def test_a_statement_of_an_exempt_vehicle_is_kept_and_tells_of_no_duty(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(vehicle=TRUCK))
    buyout = bought(house, account_id)
    statement = signed(house, account_id)
    assert (statement["notice"], "requires you" in statement["notice"]) == (buyout["odometer_notice"], False)
    assert seen(house, buyout)["odometer_statement"] == statement


@pytest.mark.parametrize("pounds", ["0", "200001"])
def test_a_weight_that_no_vehicle_has_cannot_be_stored(house: LeaseHouse, pounds: str) -> None:
    house.takes_over(a_late_lease())
    change = f"SET vehicle = vehicle || '{{\"gross_weight_rating_pounds\": {pounds}}}'"
    for service, table in ((house.leases, "leases"), (house.accounts, "accounts")):
        with pytest.raises(Exception, match=f"ck_{table}_gross_weight"), service.store.housekeeping() as connection:
            connection.exec_driver_sql(f"UPDATE {table} {change}")


def test_a_vehicle_that_an_earlier_release_took_over_has_no_weight_and_is_not_exempt(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    forgotten = "SET vehicle = vehicle - 'gross_weight_rating_pounds'"
    for service, table in ((house.leases, "leases"), (house.accounts, "accounts")):
        with service.store.housekeeping() as connection:
            connection.exec_driver_sql(f"UPDATE {table} {forgotten}")
    assert house.asks("get_lease", account_id)["vehicle"]["gross_weight_rating_pounds"] is None
    assert house.standing(account_id)["vehicle"]["gross_weight_rating_pounds"] is None
    assert bought(house, account_id)["odometer_statement_required"] is True


def test_what_is_unpaid_is_in_the_price_and_an_instalment_paid_meanwhile_comes_back(house: LeaseHouse) -> None:
    opening = an_opening(principal_cents=BALANCE_AFTER_34_CENTS, next_instalment_number=35, payments_made=34)
    account_id = house.takes_over(a_late_lease(opening=opening))
    buyout = bought(house, account_id)
    assert buyout["payoff_cents"] == PRICE_CENTS + INSTALMENT_CENTS
    house.pays(account_id, amount_cents=INSTALMENT_CENTS)
    house.pays(account_id, amount_cents=buyout["payoff_cents"], quote_id=buyout["quote_id"])
    assert [due["amount_cents"] for due in house.told("refund_due")] == [INSTALMENT_CENTS]
    assert house.standing(account_id)["status"] == "paid_off"
    assert check(house.accounts.store) == []


def test_a_price_through_a_due_date_holds_that_instalment_and_its_lower_balance(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    buyout = bought(house, account_id, good_through="2026-12-16")
    lines = {line["code"]: line["amount_cents"] for line in buyout["price"]["lines"]}
    assert (lines["vehicle_price"], lines["instalments_due"]) == (1_890_000, INSTALMENT_CENTS)
    house.pays(account_id, amount_cents=buyout["payoff_cents"], quote_id=buyout["quote_id"])
    assert house.standing(account_id)["status"] == "paid_off"
    assert "lease_end_result" not in ledger_of(house.accounts.store, account_id=account_id)
    assert check(house.accounts.store) == []


def test_parts_are_set_aside_until_they_meet_the_price(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    buyout = bought(house, account_id)
    house.pays(account_id, amount_cents=1_000_000, quote_id=buyout["quote_id"])
    view = house.standing(account_id)
    assert (view["status"], view["unapplied_cents"], view["amount_due_cents"]) == ("open", 1_000_000, 0)
    house.pays(account_id, amount_cents=PRICE_CENTS - 1_000_000, quote_id=buyout["quote_id"])
    assert house.standing(account_id)["status"] == "paid_off"
    assert check(house.accounts.store) == []


def test_small_parts_on_one_day_are_all_booked_where_an_instalment_is_unpaid(house: LeaseHouse) -> None:
    opening = an_opening(principal_cents=BALANCE_AFTER_34_CENTS, next_instalment_number=35, payments_made=34)
    account_id = house.takes_over(a_late_lease(opening=opening))
    buyout = bought(house, account_id)
    for _ in range(4):
        house.pays(account_id, amount_cents=10_000, quote_id=buyout["quote_id"])
    house.pays(account_id, amount_cents=buyout["payoff_cents"] - 40_000, quote_id=buyout["quote_id"])
    assert house.standing(account_id)["status"] == "paid_off"
    assert check(house.accounts.store) == []


def test_money_that_goes_back_undoes_the_purchase(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    buyout = bought(house, account_id)
    paid = house.pays(account_id, amount_cents=PRICE_CENTS, quote_id=buyout["quote_id"])
    returned = {**paid.data, "return_code": "R01", "reason": "insufficient funds"}
    with house.accounts.store.writing() as transaction:
        note_return(transaction, returned=returned, now=house.clock.now(), today=house.clock.today())
    house.settle()
    view = house.standing(account_id)
    assert (view["status"], view["principal_balance_cents"]) == ("open", 1_927_487)
    assert seen(house, buyout)["status"] == "undone"
    assert check(house.accounts.store) == []
    again = bought(house, account_id, key="again")
    house.pays(account_id, amount_cents=PRICE_CENTS, quote_id=again["quote_id"])
    assert house.standing(account_id)["status"] == "paid_off"
    assert check(house.accounts.store) == []


def test_one_way_out_at_a_time(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    first = bought(house, account_id)
    assert bought(house, account_id) == first, "the same key is the same purchase"
    with pytest.raises(OptionAlreadyOpen):
        bought(house, account_id, key="second")
    options = {each["option"]: each for each in house.asks("get_lease_end", account_id)["options"]}
    assert [reason["code"] for reason in options["turn_in"]["reasons"]] == ["other_option_open"]
    assert house.asks("cancel_buyout", account_id, option_id=first["id"])["status"] == "cancelled"
    (closed,) = house.told("option_closed")
    assert (closed["option"], closed["outcome"]) == ("buyout", "cancelled")
    assert bought(house, account_id, key="second")["status"] == "quoted"


def test_twenty_at_once_open_one(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())

    def ask(number: int) -> Any:
        try:
            return bought_alone(house, account_id, key=f"key-{number}")
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(ask, range(20)))
    assert sorted({answer for answer in answers if isinstance(answer, str)}) == ["option_already_open"]
    assert len([answer for answer in answers if not isinstance(answer, str)]) == 1
    assert len(house.told("option_opened")) == 1


def bought_alone(house: LeaseHouse, account_id: str, *, key: str) -> Any:
    request = {"account_id": account_id}
    return call(house.leases.start_buyout, request=request, context=a_customer(accounts=(account_id,)), key=key)


def test_a_promise_is_kept_although_the_purchase_was_cancelled(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    buyout = bought(house, account_id)
    house.asks("cancel_buyout", account_id, option_id=buyout["id"])
    house.pays(account_id, amount_cents=PRICE_CENTS, quote_id=buyout["quote_id"])
    assert (house.standing(account_id)["status"], seen(house, buyout)["status"]) == ("paid_off", "paid")


def test_an_unpaid_promise_lapses(house: LeaseHouse, clock: FixedClock) -> None:
    account_id = house.takes_over(a_late_lease())
    buyout = bought(house, account_id, good_through="2026-12-03")
    for days, status in ((3, "quoted"), (4, "lapsed")):
        on = date(2026, 12, 3) + timedelta(days=days)
        clock.move_to(datetime(on.year, on.month, on.day, 15, tzinfo=UTC))
        house.leases.every_minute_lapse_options()
        assert seen(house, buyout)["status"] == status


def test_who_may_buy_and_when_is_the_states_and_the_accounts_word(house: LeaseHouse) -> None:
    california = house.takes_over(a_late_lease())
    with pytest.raises(BuyerNotAllowed):
        bought(house, california, buyer="dealer")
    for good_through in ("2027-02-01", "2026-11-22"):
        with pytest.raises(GoodThroughOutOfRange) as promised:
            bought(house, california, key="late", good_through=good_through)
        with pytest.raises(GoodThroughOutOfRange) as looked_at:
            house.asks("get_buyout_quote", california, good_through=good_through)
        assert looked_at.value.as_data() == promised.value.as_data()
        assert "Choose a date from 2026-11-23 to 2026-12-23." in looked_at.value.detail
    texas = house.takes_over(a_late_lease(source_ref="demo/leases/2", state="TX"))
    assert "sales_tax" not in [
        line["code"] for line in house.asks("get_buyout_quote", texas, buyer="dealer")["price"]["lines"]
    ]
    nowhere = house.takes_over(a_late_lease(source_ref="demo/leases/3", state=None))
    with pytest.raises(StatePolicyMissing):
        house.asks("get_buyout_quote", nowhere)
    another_end = "1" if california.endswith("0") else "0"
    for id_of_nobody in (california[:-1] + another_end, "none"):
        with pytest.raises(NotFound):
            house.asks("get_buyout_quote", id_of_nobody)


def test_a_lease_that_was_bought_is_not_bought_again(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    buyout = bought(house, account_id)
    paid = house.pays(account_id, amount_cents=PRICE_CENTS, quote_id=buyout["quote_id"])
    settle_money(house, account_id, paid.data["payment_id"])
    with pytest.raises((OptionNotOpen, OptionAlreadyOpen)):
        bought(house, account_id, key="second")
