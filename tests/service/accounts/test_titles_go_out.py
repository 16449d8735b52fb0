"""A loan is closed on good funds: its title is due by its state's policy, until it goes out or the loan owes again."""

from datetime import date
from typing import Any

import pytest

from chassis.clock import FixedClock
from chassis.context import as_service
from chassis.doors import Outcome
from chassis.errors import Forbidden, InvalidRequest
from deploy.ledger_check import check
from services.accounts.contract.errors import ReleaseDateWrong, TitleNotDue
from services.accounts.models import title_releases, work_items
from services.accounts.operations import note_good_funds, note_return
from services.accounts.service import AccountsService
from tests.builders.accounts import a_lease, a_loan, an_account, an_opening, payment_posted, rows_of
from tests.builders.wiring import a_customer, an_agent, call, deliver, emitted

OPENING = an_opening()
PAYOFF_CENTS = 1_825_000 + 5_841


def closed_loan(service: AccountsService, *, source_ref: str = "demo/loans/1", **changed: Any) -> tuple[str, Any]:
    """Paid off and settled today, 23 November 2026; its id and the payment."""
    account_id = an_account(service, a_loan(source_ref=source_ref, **changed))
    paid = payment_posted(service, account_id=account_id, amount_cents=PAYOFF_CENTS)
    assert deliver(service.on_payment_posted, paid) == Outcome.DONE
    settle(service, paid)
    return account_id, paid


def settle(service: AccountsService, paid: Any) -> None:
    with service.store.writing() as transaction:
        note_good_funds(transaction, settled=paid.data, today=service.clock.today())


def give_back(service: AccountsService, paid: Any) -> None:
    returned = {**paid.data, "return_code": "R10", "reason": "not authorised"}
    with service.store.writing() as transaction:
        note_return(transaction, returned=returned, now=service.clock.now(), today=service.clock.today())


def release(service: AccountsService, account_id: str, *, key: str = "out", **changed: Any) -> Any:
    request = {"account_id": account_id, "released_on": date(2026, 11, 23), "reference": "ELT 118731"} | changed
    return call(service.record_title_release, request=request, context=an_agent(), key=key)


def waiting(service: AccountsService, **asked: Any) -> Any:
    return call(service.list_title_releases, request=asked, context=an_agent())


def test_the_clock_starts_with_good_funds_and_says_by_which_policy(service: AccountsService) -> None:
    account_id, _ = closed_loan(service)
    (title,) = waiting(service)["data"]
    assert {name: title[name] for name in ("account_id", "good_funds_on", "due_on", "is_overdue")} == {
        "account_id": account_id, "good_funds_on": "2026-11-23", "due_on": "2026-12-03", "is_overdue": False,
    }  # fmt: skip
    assert "501.115" in title["source"]
    file = call(service.get_account_file, request={"account_id": account_id}, context=an_agent())
    assert file["title"] == title
    assert check(service.store) == []


@pytest.mark.parametrize("state", ["WA", None])
def test_a_state_without_a_line_in_the_table_has_thirty_days(service: AccountsService, state: str | None) -> None:
    closed_loan(service, state=state)
    (title,) = waiting(service)["data"]
    assert (title["due_on"], title["source"]) == ("2026-12-23", "Sample policy: no state's law looked up")


def test_money_that_has_not_settled_starts_no_clock(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    paid = payment_posted(service, account_id=account_id, amount_cents=PAYOFF_CENTS)
    assert deliver(service.on_payment_posted, paid) == Outcome.DONE
    assert waiting(service)["data"] == []
    with pytest.raises(TitleNotDue):
        release(service, account_id)


def test_a_title_that_has_gone_out_waits_no_more_and_goes_out_once(service: AccountsService) -> None:
    account_id, _ = closed_loan(service)
    done = release(service, account_id)
    assert (done["released_on"], done["released_by"], done["reference"]) == (
        "2026-11-23",
        an_agent().subject,
        "ELT 118731",
    )
    assert waiting(service)["data"] == []
    with pytest.raises(TitleNotDue):
        release(service, account_id, key="again")
    (told,) = emitted(service.store, name="title_released")
    assert (told.subject, told.data["released_on"]) == (account_id, "2026-11-23")


@pytest.mark.parametrize("released_on", [date(2026, 11, 22), date(2026, 11, 24)])
def test_it_goes_out_after_good_funds_and_not_in_the_future(service: AccountsService, released_on: date) -> None:
    account_id, _ = closed_loan(service)
    with pytest.raises(ReleaseDateWrong):
        release(service, account_id, released_on=released_on)


def test_the_one_due_first_is_at_the_top_and_what_is_overdue_is_marked(
    service: AccountsService, clock: FixedClock
) -> None:
    elsewhere, _ = closed_loan(service, source_ref="wa", state="WA")
    texan, _ = closed_loan(service, source_ref="tx")
    clock.move_to(clock.now(), today=date(2026, 12, 4))
    page = waiting(service, limit=1)
    assert [(row["account_id"], row["is_overdue"]) for row in page["data"]] == [(texan, True)]
    page = waiting(service, limit=1, cursor=page["next_cursor"])
    assert [(row["account_id"], row["is_overdue"]) for row in page["data"]] == [(elsewhere, False)]
    assert page["next_cursor"] is None
    with pytest.raises(InvalidRequest):
        waiting(service, cursor="no cursor")


def test_a_return_after_all_stops_the_clock(service: AccountsService) -> None:
    account_id, paid = closed_loan(service)
    give_back(service, paid)
    assert waiting(service)["data"] == []
    (row,) = rows_of(service.store, title_releases)
    assert (row["withdrawn_on"], rows_of(service.store, work_items)) == (date(2026, 11, 23), [])
    with pytest.raises(TitleNotDue):
        release(service, account_id)
    assert check(service.store) == []


def test_a_return_after_the_title_has_gone_out_is_a_persons_work(service: AccountsService) -> None:
    account_id, paid = closed_loan(service)
    release(service, account_id)
    give_back(service, paid)
    (item,) = rows_of(service.store, work_items)
    assert (item["reason"], item["details"]) == (
        "title_released_account_reopened",
        {"released_on": "2026-11-23", "reference": "ELT 118731"},
    )


def test_a_loan_closed_open_and_closed_again_on_one_day_has_one_clock(service: AccountsService) -> None:
    account_id, paid = closed_loan(service)
    give_back(service, paid)
    again = payment_posted(service, account_id=account_id, amount_cents=PAYOFF_CENTS)
    assert deliver(service.on_payment_posted, again) == Outcome.DONE
    settle(service, again)
    assert [row["account_id"] for row in waiting(service)["data"]] == [account_id]


def test_a_lease_has_no_title_to_give(service: AccountsService) -> None:
    an_account(service, a_lease())
    assert waiting(service)["data"] == []


def test_titles_are_staffs(service: AccountsService) -> None:
    account_id, _ = closed_loan(service)
    request = {"account_id": account_id, "released_on": date(2026, 11, 23), "reference": "x"}
    for context in (a_customer(accounts=(account_id,)), as_service("payments")):
        with pytest.raises(Forbidden):
            call(service.record_title_release, request=request, context=context, key="mine")
        with pytest.raises(Forbidden):
            call(service.list_title_releases, request={}, context=context)
