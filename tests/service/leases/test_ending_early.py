"""What ending early costs is told with the way to it, billed as told, and nothing for a servicemember."""

from datetime import date
from typing import Any

import pytest

from deploy.ledger_check import check
from services.leases.contract.errors import OptionNotOpen
from tests.builders.accounts import an_opening
from tests.builders.lease_house import BALANCE_AFTER_34_CENTS, INSTALMENT_CENTS, LeaseHouse, a_late_lease
from tests.builders.wiring import an_agent

LATE = an_opening(principal_cents=BALANCE_AFTER_34_CENTS, next_instalment_number=35, payments_made=34)


def ended(house: LeaseHouse, account_id: str, *, value_cents: int, is_servicemember: bool = False) -> dict[str, Any]:
    answer: dict[str, Any] = house.asks(
        "end_early", account_id, key="early", context=an_agent(), returned_on="2026-11-23", miles=30_000,
        realized_value_cents=value_cents, value_source="auction", is_servicemember=is_servicemember,
    )  # fmt: skip
    return answer


@pytest.mark.parametrize("value_cents", [1_800_000, 1_927_487, 1_990_000, 2_500_000])
def test_what_is_told_is_what_is_billed(house: LeaseHouse, value_cents: int) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    quote = house.asks("get_early_termination_quote", account_id, realized_value_cents=value_cents)
    assert quote["adjusted_lease_balance_cents"] == 1_927_487
    assert quote["owed_before_value_cents"] == 1_927_487 + INSTALMENT_CENTS + 40_000 + 2_900
    assert quote["charge_cents"] == max(0, quote["owed_before_value_cents"] - value_cents)
    assert "$19,274.87" in quote["method"][2]
    ended(house, account_id, value_cents=value_cents)
    view = house.standing(account_id)
    assert (view["fees_due_cents"], view["principal_balance_cents"]) == (quote["charge_cents"], 0)
    assert view["status"] == ("open" if quote["charge_cents"] else "closed")
    assert check(house.accounts.store) == []


def test_a_servicemember_owes_what_was_due_and_no_charge(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease(opening=LATE))
    quote = house.asks("get_early_termination_quote", account_id)
    assert (quote["charge_cents"], quote["servicemember_cents"]) == (None, INSTALMENT_CENTS)
    assert ended(house, account_id, value_cents=1_000_000, is_servicemember=True)["charges"]["total_cents"] == 0
    assert house.standing(account_id)["fees_due_cents"] == INSTALMENT_CENTS
    house.pays(account_id, amount_cents=INSTALMENT_CENTS)
    assert house.standing(account_id)["status"] == "paid_off"
    assert check(house.accounts.store) == []


def test_a_lease_that_has_ended_is_not_ended_early(house: LeaseHouse) -> None:
    account_id = house.takes_over(a_late_lease())
    house.pays(account_id, amount_cents=INSTALMENT_CENTS, effective_on=date(2026, 11, 23))
    ended(house, account_id, value_cents=3_000_000)
    assert house.standing(account_id)["status"] == "closed"
    with pytest.raises(OptionNotOpen):
        house.asks(
            "end_early", account_id, key="again", context=an_agent(), returned_on="2026-11-23", miles=30_000,
            realized_value_cents=1, value_source="auction", is_servicemember=False,
        )  # fmt: skip
