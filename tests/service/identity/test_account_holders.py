"""Staff ask who may act on an account online."""

from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Forbidden
from tests.builders.identity import Counter
from tests.builders.wiring import a_customer, an_agent, call
from tests.service.identity.test_update_me import ADDRESS, change

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


def addresses(counter: Counter, *account_ids: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(
        counter.identity.list_mailing_addresses, request={"account_ids": list(account_ids)}, context=an_agent()
    )["data"]
    return found


def test_staff_ask_where_letters_to_holders_go(counter: Counter) -> None:
    counter.join()
    assert addresses(counter, LOAN_ID) == []
    dana = counter.as_caller(counter.sign_in())
    change(counter, dana, mailing_address=ADDRESS)
    (told,) = addresses(counter, LOAN_ID, "01900000-0000-7000-8000-00000000dead")
    assert told == {"account_id": LOAN_ID, "role": "borrower", "mailing_address": {"line_2": None, **ADDRESS}}
    with pytest.raises(Forbidden):
        call(
            counter.identity.list_mailing_addresses, request={"account_ids": [LOAN_ID]},
            context=a_customer(accounts=(LOAN_ID,)),
        )  # fmt: skip
