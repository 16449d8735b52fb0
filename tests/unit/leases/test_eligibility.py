"""Which way out of a lease is open, and what would change the answer."""

from datetime import date, timedelta

import pytest

from services.leases.rules import BUYOUT, EXTENSION, TURN_IN, WINDOW_DAYS, Facts, evaluate, monthly_disclosure
from services.leases.rules.eligibility import CHOSEN
from services.leases.rules.options import STEPS

ENDS_ON = date(2027, 1, 15)


def codes(*, on: date = date(2026, 12, 1), **facts: object) -> dict[str, list[str]]:
    given = {"ends_on": ENDS_ON, "status": "open", "past_due_cents": 0, "in_transit_cents": 0} | facts
    answer = evaluate(facts=Facts(**given), on=on)  # type: ignore[arg-type]
    return {option: [reason.code for reason in reasons] for option, reasons in answer.items()}


def test_everything_is_open_near_the_end_of_a_current_lease() -> None:
    assert codes() == {EXTENSION: [], BUYOUT: [], TURN_IN: []}


def test_money_past_due_closes_the_extension_alone() -> None:
    assert codes(past_due_cents=45000) == {EXTENSION: ["past_due"], BUYOUT: [], TURN_IN: []}


@pytest.mark.parametrize(("in_transit_cents", "expected"), [(44999, ["past_due"]), (45000, []), (90000, [])])
def test_money_on_its_way_counts(in_transit_cents: int, expected: list[str]) -> None:
    assert codes(past_due_cents=45000, in_transit_cents=in_transit_cents)[EXTENSION] == expected


@pytest.mark.parametrize(("days_before", "expected"), [(WINDOW_DAYS, []), (WINDOW_DAYS + 1, ["too_early"])])
def test_extension_and_turn_in_open_with_the_window(days_before: int, expected: list[str]) -> None:
    answer = codes(on=ENDS_ON - timedelta(days=days_before))
    assert (answer[EXTENSION], answer[BUYOUT], answer[TURN_IN]) == (expected, [], expected)


def test_a_lease_that_has_ended_cannot_be_extended() -> None:
    assert codes(on=ENDS_ON)[EXTENSION] == []
    assert codes(on=ENDS_ON + timedelta(days=1))[EXTENSION] == ["lease_ended"]


def test_a_closed_account_has_no_way_out_left() -> None:
    assert codes(status="closed") == {option: ["account_not_open"] for option in (EXTENSION, BUYOUT, TURN_IN)}


def test_the_reason_says_what_would_change_it() -> None:
    facts = Facts(ends_on=ENDS_ON, status="open", past_due_cents=45012, in_transit_cents=0)
    (reason,) = evaluate(facts=facts, on=date(2026, 12, 1))[EXTENSION]
    assert reason.what_would_change_it == "Pay the $450.12 that is past due."


@pytest.mark.parametrize(
    ("chosen", "detail", "change"),
    [
        ("buyout", "You have chosen to buy the vehicle.", "Cancel the purchase, or let its price lapse."),
        ("turn_in", "You have an appointment to return the vehicle.", "Cancel the appointment."),
        ("extension", "You have chosen the extension.", "Withdraw the extension, or let its offer lapse."),
        ("early_termination", "You have given notice as a servicemember.", "Withdraw your notice, or let it lapse."),
    ],
)
def test_the_way_that_is_under_way_is_named_as_a_customer_knows_it(chosen: str, detail: str, change: str) -> None:
    facts = Facts(ends_on=ENDS_ON, status="open", past_due_cents=0, in_transit_cents=0, open_option=chosen)
    answers = evaluate(facts=facts, on=date(2026, 12, 1))
    others = [reason for option, (reason,) in answers.items() if option != chosen]
    assert {(each.code, each.detail, each.what_would_change_it) for each in others} == {
        ("other_option_open", detail, change)
    }


def test_every_way_out_can_be_named() -> None:
    assert set(CHOSEN) == set(STEPS)


def test_the_monthly_split_is_the_one_of_regulation_m() -> None:
    # adjusted capitalized cost 31,500, residual 18,900, 36 months, money factor .00198
    assert monthly_disclosure(
        adjusted_capitalized_cost_cents=3150000, residual_cents=1890000, base_payment_cents=44979, term_months=36
    ) == (35000, 9979)
