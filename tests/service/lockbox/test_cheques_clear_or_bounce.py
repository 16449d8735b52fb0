"""What a bank says later of a mailed cheque: it is paid, or comes back; and nothing is paid back to it by itself."""

from typing import Any
from uuid import UUID

import pytest

from services.payments.contract.errors import PaymentNotRefundable
from services.payments.operations import note_refund_due, note_returned, note_settled
from services.payments.rules.presenting import FIRST_PRESENTMENT, Presentment
from tests.builders.wiring import an_agent, call, emitted
from tests.service.lockbox.mail_room import MailRoom


@pytest.fixture
def cheque(room: MailRoom) -> Presentment:
    """One that is booked."""
    room.take_lines(room.line(1))
    return Presentment(
        payment_id=UUID(room.posted()[0]["payment_id"]), number=FIRST_PRESENTMENT, amount_cents=41_235,
        reference="lockbox:2026-11-20:B7:1",
    )  # fmt: skip


def settle(room: MailRoom, cheque: Presentment) -> None:
    with room.service.store.writing() as transaction:
        assert note_settled(transaction, presentment=cheque, settled_on=room.clock.today(), now=room.clock.now())


def told(room: MailRoom, name: str) -> list[dict[str, Any]]:
    return [dict(envelope.data) for envelope in emitted(room.service.store, name=name)]


def test_one_that_is_paid_settles(room: MailRoom, cheque: Presentment) -> None:
    settle(room, cheque)
    assert [event["payment_id"] for event in told(room, "payment_settled")] == [str(cheque.payment_id)]


def test_one_that_bounces_is_not_presented_again(room: MailRoom, cheque: Presentment) -> None:
    with room.service.store.writing() as transaction:
        note_returned(transaction, presentment=cheque, code="R01", returned_on=room.clock.today(), now=room.clock.now())
    [event] = told(room, "payment_returned")
    assert (event["method_type"], event["will_be_presented_again"]) == ("bank_account", False)
    shown = call(room.service.get_payment, request={"payment_id": str(cheque.payment_id)}, context=an_agent())
    assert shown["message"].startswith("No: $412.35 from your cheque number 1001 came back on November 23, 2026")


def test_staff_are_told_to_send_a_cheque_instead_of_a_refund(room: MailRoom, cheque: Presentment) -> None:
    settle(room, cheque)
    request = {"payment_id": str(cheque.payment_id), "reason": "Paid twice."}
    with pytest.raises(PaymentNotRefundable, match="Send the customer a cheque"):
        call(room.service.refund_payment, request=request, context=an_agent(), key="refund")


def test_a_surplus_of_one_is_for_a_person(room: MailRoom, cheque: Presentment) -> None:
    settle(room, cheque)
    refund_id = "01900000-0000-7000-8000-00000000f001"
    due = {
        "refund_id": refund_id, "payment_id": str(cheque.payment_id), "presentment_number": 1,
        "account_id": str(room.account_ids[0]), "amount_cents": 599,
    }  # fmt: skip
    with room.service.store.writing() as transaction:
        note_refund_due(transaction, due=due, now=room.clock.now(), today=room.clock.today())
    room.pay_refund(refund_id)
    assert [(event["refund_id"], event["reason_code"]) for event in told(room, "refund_failed")] == [
        (refund_id, "no_way_back")
    ]
    assert room.rows("SELECT reason FROM work_items") == [("refund_failed",)]
