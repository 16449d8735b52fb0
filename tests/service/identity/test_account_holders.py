"""Staff ask who may act on an account online."""

from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Forbidden
from tests.builders.identity import Counter
from tests.builders.wiring import a_customer, an_agent, call

LOAN_ID = "01900000-0000-7000-8000-00000000a001"


def holders(counter: Counter, account_id: str = LOAN_ID) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(
        counter.identity.list_account_holders, request={"account_id": account_id}, context=an_agent()
    )["data"]
    return found


def test_a_customer_who_has_joined_holds_their_account(counter: Counter) -> None:
    assert holders(counter) == []
    counter.join()
    (holder,) = holders(counter)
    claims = counter.read(counter.sign_in()["access_token"]).claims
    assert (holder["user_id"], holder["role"]) == (claims["sub"], "borrower")
    assert UUID(holder["user_id"])
    assert holders(counter, "01900000-0000-7000-8000-00000000dead") == []


def test_who_has_not_verified_their_address_holds_nothing(counter: Counter) -> None:
    counter.register()
    counter.settle()
    assert holders(counter) == []


def test_customers_do_not_ask(counter: Counter) -> None:
    with pytest.raises(Forbidden):
        call(
            counter.identity.list_account_holders, request={"account_id": LOAN_ID},
            context=a_customer(accounts=(LOAN_ID,)),
        )  # fmt: skip
