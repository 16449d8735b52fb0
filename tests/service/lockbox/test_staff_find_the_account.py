"""A cheque that waits: staff book it on an account, or send it back, once."""

from typing import Any

import pytest

from chassis.errors import Forbidden, NotFound
from services.payments.contract.errors import ReceiptNotWaiting
from tests.builders.wiring import a_customer, an_agent, ask_door, call
from tests.service.lockbox.mail_room import MailRoom

AGENT = an_agent()


@pytest.fixture
def waiting(room: MailRoom) -> dict[str, Any]:
    """One cheque without an account number."""
    room.accounts.opens(str(room.account_ids[1]))
    room.take_lines(room.line(1, account_number="", remitter="Ada Lovelace"))
    return listed(room)[0]


def listed(room: MailRoom) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(room.service.list_unmatched_receipts, request={}, context=AGENT)["data"]
    return found


def resolve(room: MailRoom, receipt: dict[str, Any], *, key: str = "one", account_id: str | None = None) -> Any:
    request = {"receipt_id": receipt["id"], "account_id": account_id or str(room.account_ids[1]), "note": "By name."}
    return ask_door(room.service.resolve_receipt, request=request, context=AGENT, key=key)


def test_it_is_listed_with_what_was_read(room: MailRoom, waiting: dict[str, Any]) -> None:
    assert {name: waiting[name] for name in waiting if name != "id"} == {
        "status": "waiting", "waits_because": "no_account_number", "received_on": "2026-11-20",
        "amount_cents": 41_235, "account_number": None, "cheque_number": "1001", "drawn_on_last4": None,
        "remitter": "Ada Lovelace", "file_name": "lockbox.csv", "line": 2, "payment_id": None, "decided_at": None,
        "note": None,
    }  # fmt: skip
    assert room.rows("SELECT method FROM audit_log") == [("payments.list_unmatched_receipts",)]


def test_it_is_booked_as_of_the_day_it_was_received(room: MailRoom, waiting: dict[str, Any]) -> None:
    decided = resolve(room, waiting).data
    assert (decided["status"], decided["note"]) == ("booked", "By name.")
    [told] = room.posted()
    assert (told["payment_id"], told["account_id"], told["effective_on"], told["amount_cents"]) == (
        decided["payment_id"], str(room.account_ids[1]), "2026-11-20", 41_235,
    )  # fmt: skip
    assert listed(room) == []
    shown = call(room.service.get_payment, request={"payment_id": decided["payment_id"]}, context=AGENT)
    assert shown["method"] == {"type": "cheque", "last4": "1001"}
    assert shown["message"] == "Yes: your cheque number 1001 of $412.35 came in and is on its way into your balance."


def test_the_same_request_again_books_nothing_more(room: MailRoom, waiting: dict[str, Any]) -> None:
    first, again = resolve(room, waiting), resolve(room, waiting)
    assert (again.replayed, again.data) == (True, first.data)
    assert len(room.posted()) == 1


def test_a_second_decision_is_refused(room: MailRoom, waiting: dict[str, Any]) -> None:
    resolve(room, waiting)
    with pytest.raises(ReceiptNotWaiting) as refused:
        resolve(room, waiting, key="two")
    assert refused.value.money_moved == "no"
    assert len(room.posted()) == 1


def test_it_goes_back_and_is_booked_nowhere(room: MailRoom, waiting: dict[str, Any]) -> None:
    request = {"receipt_id": waiting["id"], "note": "Meant for another lender."}
    decided = call(room.service.send_receipt_back, request=request, context=AGENT, key="back")
    assert decided["status"] == "sent_back"
    assert (room.posted(), listed(room)) == ([], [])
    with pytest.raises(ReceiptNotWaiting):
        resolve(room, waiting)


def test_an_account_that_is_not_there_is_not_found_and_the_cheque_waits_on(
    room: MailRoom, waiting: dict[str, Any]
) -> None:
    with pytest.raises(NotFound):
        resolve(room, waiting, account_id="01900000-0000-7000-8000-00000000dead")
    assert len(listed(room)) == 1


def test_customers_may_not(room: MailRoom, waiting: dict[str, Any]) -> None:
    customer = a_customer(accounts=(str(room.account_ids[1]),))
    with pytest.raises(Forbidden):
        call(room.service.list_unmatched_receipts, request={}, context=customer)
    request = {"receipt_id": waiting["id"], "account_id": str(room.account_ids[1])}
    with pytest.raises(Forbidden):
        call(room.service.resolve_receipt, request=request, context=customer, key="mine")
