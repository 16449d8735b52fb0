"""What a line of a lockbox file may say, and the field and reason where it says something else."""

from datetime import date
from typing import Any

import pytest

from services.payments.rules.lockbox import LineRefused, MailedCheque, read_cheque

TODAY = date(2026, 11, 23)
WHOLE = {
    "batch": "B7", "item": "1", "received_on": "2026-11-23", "amount_cents": "41235", "cheque_number": "1043",
    "account_number": "5500123417", "drawer_routing_number": "231380104", "drawer_account_number": "000123456789",
    "remitter": "Ada Lovelace",
}  # fmt: skip


def test_a_line_is_read_and_keeps_four_digits_of_the_drawers_account() -> None:
    cheque = read_cheque(WHOLE, today=TODAY)
    assert cheque == MailedCheque(
        batch="B7", item=1, received_on=TODAY, amount_cents=41_235, cheque_number="1043", account_number="5500123417",
        drawer_routing_number="231380104", drawn_on_last4="6789", remitter="Ada Lovelace",
    )  # fmt: skip
    assert cheque.source_key == "2026-11-23:B7:1"
    assert cheque.cheque_key == "231380104:6789:1043:41235"


def test_what_the_bank_did_not_read_may_be_empty_or_left_out() -> None:
    few = {name: WHOLE[name] for name in ("batch", "item", "received_on", "amount_cents", "cheque_number")}
    cheque = read_cheque(few, today=TODAY)
    assert (cheque.account_number, cheque.drawn_on_last4, cheque.remitter, cheque.cheque_key) == ("", "", "", None)


@pytest.mark.parametrize(
    ("field", "text", "amount_cents"),
    [
        ("amount_cents", "", None), ("amount_cents", "412.35", None), ("amount_cents", "-1", None),
        ("amount_cents", "0", None), ("amount_cents", "10000000001", None), ("amount_cents", "٤١", None),
        ("batch", "", 41_235), ("batch", "B" * 21, 41_235), ("batch", "B 7", 41_235), ("batch", "B:7", 41_235),
        ("item", "", 41_235), ("item", "1.5", 41_235), ("item", "1234567", 41_235),
        ("received_on", "2026-11-24", 41_235), ("received_on", "23.11.2026", 41_235), ("received_on", "", 41_235),
        ("received_on", "2026-02-30", 41_235), ("received_on", "20261123", 41_235),
        ("received_on", "2026-W48-1", 41_235),
        ("cheque_number", "", 41_235), ("cheque_number", "10-43", 41_235), ("cheque_number", "1" * 16, 41_235),
        ("account_number", "5" * 41, 41_235), ("account_number", "55\x0017", 41_235),
        ("drawer_routing_number", "231380105", 41_235), ("drawer_account_number", "123", 41_235),
        ("drawer_account_number", "12-34", 41_235), ("remitter", "A" * 101, 41_235), ("remitter", "A\nB", 41_235),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_the_money_is_still_counted(field: str, text: str, amount_cents: Any) -> None:
    with pytest.raises(LineRefused) as refused:
        read_cheque({**WHOLE, field: text}, today=TODAY)
    assert (refused.value.field, refused.value.amount_cents) == (field, amount_cents)
    assert str(refused.value).startswith(f"{field}: ")
