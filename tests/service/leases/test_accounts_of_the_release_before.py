"""While releases change, leases asks an accounts that does not know the newest fields, and ordinary ends go on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from chassis.bus.rpc import Asks, Reply, encode
from services.accounts.contract.leases import AssessCharges
from tests.builders.lease_house import INSTALMENT_CENTS, LeaseHouse, a_late_lease
from tests.service.leases.test_ending_early import LATE, ended
from tests.service.leases.test_turning_the_vehicle_in import CHARGES, inspected, returned, scheduled


@dataclass(frozen=True)
class Former:
    """Accounts, with a contract that has neither `prorated_on` nor `unused_cents`."""

    accounts: Asks

    def ask(self, method: str, *, request: Mapping[str, Any], **how: Any) -> Reply:
        if method == "assess_charges":
            AssessCharges(exclude=("prorated_on",)).load(json.loads(encode(request)))
        reply = self.accounts.ask(method, request=request, **how)
        if method == "get_lease_figures":
            return Reply(data={name: value for name, value in reply.data.items() if name != "unused_cents"})
        return reply


@pytest.fixture
def between_releases(house: LeaseHouse) -> LeaseHouse:
    house.leases.accounts = Former(house.leases.accounts)
    return house


def test_bills_a_return(between_releases: LeaseHouse) -> None:
    account_id = between_releases.takes_over(a_late_lease())
    turn_in = scheduled(between_releases, account_id)
    returned(between_releases, turn_in)
    inspected(between_releases, turn_in)
    assert between_releases.standing(account_id)["fees_due_cents"] == INSTALMENT_CENTS + sum(CHARGES.values())


def test_bills_an_early_end(between_releases: LeaseHouse) -> None:
    account_id = between_releases.takes_over(a_late_lease(opening=LATE))
    ended(between_releases, account_id, value_cents=1_927_487)
    assert between_releases.standing(account_id)["fees_due_cents"] == INSTALMENT_CENTS + 42_900
