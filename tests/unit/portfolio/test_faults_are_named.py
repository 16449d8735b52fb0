"""A record that is wrong is told with its fields and a reason that a person can act upon."""

from pathlib import Path
from typing import Any

import pytest

from deploy.portfolio.errors import MalformedPortfolio, Place
from deploy.portfolio.records import load_account
from services.accounts.contract.portfolio import PortfolioAccountSchema
from tests.builders.accounts import a_closed_loan, a_lease, a_loan

PLACE = Place(Path("portfolio.jsonl"), line=7)


def told_of(record: Any, *changes: tuple[str, Any]) -> tuple[str | None, str]:
    data = PortfolioAccountSchema().dump(record)
    for path, value in changes:
        *above, name = path.split(".")
        place = data
        for each in above:
            place = place[int(each)] if each.isdecimal() else place[each]
        place[name] = value
    with pytest.raises(MalformedPortfolio) as refusal:
        load_account(data, place=PLACE)
    return refusal.value.field, refusal.value.sentence


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("terms.due_day", 32, "The due day must be 1 to 31."),
        ("terms.payment_count", 0, "The number of instalments must be 1 to 1200."),
        ("terms.grace_days", -1, "The grace days must be 0 to 366."),
        ("terms.annual_rate_percent", "101", "The annual rate must be 0 to 100 percent."),
        ("terms.bill_lead_days", 61, "A bill is sent 0 to 60 days before its due date."),
        ("terms.deferments_max", 121, "The contract's deferments_max must be 0 to 120."),
        ("opening.next_instalment_number", 0, "Instalments are numbered from 1."),
        ("closed_on", "2026-01-31", "An open account has no closing date."),
        ("state", "ZZ", 'A state is the two capital letters of the mail, as "TX".'),
        ("vehicle.vin", "IOQ", "A VIN has 17 characters: digits, and capital letters but for I, O and Q."),
    ],
)
def test_a_wrong_figure_is_told_by_its_own_name(field: str, value: Any, reason: str) -> None:
    assert told_of(a_loan(), (field, value)) == (field, reason)


def test_a_loan_with_nothing_left_to_pay_is_told_by_its_instalment() -> None:
    field, sentence = told_of(a_loan(), ("opening.next_instalment_number", 1000))
    assert (field, sentence) == (
        "opening.next_instalment_number", "A loan with principal outstanding must have an instalment left to pay.",
    )  # fmt: skip


def test_a_closed_account_that_owes_is_told_by_what_it_owes() -> None:
    assert told_of(a_closed_loan(), ("opening.principal_cents", 1))[0] == "opening.principal_cents"


def test_a_lease_that_pays_less_than_it_loses_is_told_by_its_payment() -> None:
    field, sentence = told_of(a_lease(), ("terms.base_payment_cents", 1))
    assert (field, sentence) == ("terms.base_payment_cents", "The base payments do not cover the depreciation.")


def test_every_wrong_field_is_told_at_once() -> None:
    field, sentence = told_of(a_loan(), ("state", "Texas"), ("terms.payment_cents", "x"), ("opened_on", "yesterday"))
    assert field == "state"
    assert sentence.endswith("Also wrong: opened_on, terms.payment_cents.")
