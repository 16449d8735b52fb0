"""Where everything stands: the records of a Nacha file, place by place."""

from services.payments.rules.nacha.fields import (
    RECORD_WIDTH,
    ClockTime,
    Day,
    Digits,
    Field,
    Fixed,
    Layout,
    Number,
    Text,
    TextAtRight,
)

BLOCKING_FACTOR = 10
PADDING = "9" * RECORD_WIDTH

FILE_HEADER_TYPE, BATCH_HEADER_TYPE, ENTRY_TYPE, ADDENDUM_TYPE, BATCH_CONTROL_TYPE, FILE_CONTROL_TYPE = "156789"
ADDENDUM_TYPE_PLACE = slice(1, 3)
REASON_PLACE = slice(3, 6)
PAYMENT_INFORMATION, CHANGE, RETURN = "05", "98", "99"

DISHONOURED_CODES = frozenset({"R61", "R62", "R67", "R68", "R69", "R70"})
"""Reasons for which the bank of the originator does not take a return."""
CONTESTED_CODES = frozenset({"R71", "R72", "R73", "R74", "R75", "R76", "R77"})
"""Reasons for which the other bank does not take that."""

_TEXT, _NUMBER, _DIGITS, _DAY = Text(), Number(), Digits(), Day()
_MAYBE_DIGITS, _MAYBE_DAY = Digits(may_be_blank=True), Day(may_be_blank=True)


def _blank(width: int) -> Field:
    return Field("", width, Fixed(""))


def _fixed(value: str) -> Field:
    return Field("", len(value), Fixed(value))


FILE_HEADER = Layout(
    "file header",
    _fixed("1"),
    _fixed("01"),
    Field("destination", 10, TextAtRight()),
    Field("origin", 10, TextAtRight()),
    Field("created_on", 6, _DAY),
    Field("created_time", 4, ClockTime()),
    Field("modifier", 1, _TEXT),
    _fixed("094"),
    _fixed("10"),
    _fixed("1"),
    Field("destination_name", 23, _TEXT),
    Field("origin_name", 23, _TEXT),
    Field("reference", 8, _TEXT),
)

BATCH_HEADER = Layout(
    "batch header",
    _fixed("5"),
    Field("service_class", 3, _NUMBER),
    Field("company_name", 16, _TEXT),
    Field("company_discretionary", 20, _TEXT),
    Field("company_id", 10, _TEXT),
    Field("entry_class", 3, _TEXT),
    Field("description", 10, _TEXT),
    Field("descriptive_date", 6, _TEXT),
    Field("effective_on", 6, _MAYBE_DAY),
    Field("settlement_day", 3, _MAYBE_DIGITS),
    Field("originator_status", 1, _TEXT),
    Field("originating_bank", 8, _DIGITS),
    Field("number", 7, _NUMBER),
)

ENTRY = Layout(
    "entry",
    _fixed("6"),
    Field("transaction_code", 2, _NUMBER),
    Field("routing_number", 9, _DIGITS),
    Field("account_number", 17, _TEXT),
    Field("amount_cents", 10, _NUMBER),
    Field("individual_id", 15, _TEXT),
    Field("individual_name", 22, _TEXT),
    Field("discretionary", 2, _TEXT),
    Field("addenda", 1, _NUMBER),
    Field("trace_number", 15, _DIGITS),
)

_ADDENDUM = _fixed("7")

PAYMENT_INFORMATION_ADDENDUM = Layout(
    "addendum 05",
    _ADDENDUM,
    _fixed(PAYMENT_INFORMATION),
    Field("information", 80, _TEXT),
    Field("sequence", 4, _NUMBER),
    Field("entry_sequence", 7, _NUMBER),
)

CHANGE_ADDENDUM = Layout(
    "addendum 98",
    _ADDENDUM,
    _fixed(CHANGE),
    Field("code", 3, _TEXT),
    Field("original_trace_number", 15, _DIGITS),
    _blank(6),
    Field("original_bank", 8, _MAYBE_DIGITS),
    Field("corrected", 29, _TEXT),
    _blank(15),
    Field("trace_number", 15, _DIGITS),
)

RETURN_ADDENDUM = Layout(
    "addendum 99",
    _ADDENDUM,
    _fixed(RETURN),
    Field("code", 3, _TEXT),
    Field("original_trace_number", 15, _DIGITS),
    Field("died_on", 6, _MAYBE_DAY),
    Field("original_bank", 8, _MAYBE_DIGITS),
    Field("information", 44, _TEXT),
    Field("trace_number", 15, _DIGITS),
)

DISHONOURED_ADDENDUM = Layout(
    "addendum 99, dishonoured",
    _ADDENDUM,
    _fixed(RETURN),
    Field("code", 3, _TEXT),
    Field("original_trace_number", 15, _DIGITS),
    _blank(6),
    Field("original_bank", 8, _MAYBE_DIGITS),
    _blank(3),
    Field("return_trace_number", 15, _DIGITS),
    Field("return_settlement_day", 3, _MAYBE_DIGITS),
    Field("return_code", 2, _DIGITS),
    Field("information", 21, _TEXT),
    Field("trace_number", 15, _DIGITS),
)

CONTESTED_ADDENDUM = Layout(
    "addendum 99, contested",
    _ADDENDUM,
    _fixed(RETURN),
    Field("code", 3, _TEXT),
    Field("original_trace_number", 15, _DIGITS),
    Field("original_returned_on", 6, _MAYBE_DAY),
    Field("original_bank", 8, _MAYBE_DIGITS),
    Field("original_settlement_day", 3, _MAYBE_DIGITS),
    Field("return_trace_number", 15, _DIGITS),
    Field("return_settlement_day", 3, _MAYBE_DIGITS),
    Field("return_code", 2, _DIGITS),
    Field("dishonoured_trace_number", 15, _DIGITS),
    Field("dishonoured_settlement_day", 3, _MAYBE_DIGITS),
    Field("dishonoured_code", 2, _DIGITS),
    _blank(1),
    Field("trace_number", 15, _DIGITS),
)

BATCH_CONTROL = Layout(
    "batch control",
    _fixed("8"),
    Field("service_class", 3, _NUMBER),
    Field("count", 6, _NUMBER),
    Field("entry_hash", 10, _NUMBER),
    Field("debit_cents", 12, _NUMBER),
    Field("credit_cents", 12, _NUMBER),
    Field("company_id", 10, _TEXT),
    Field("authentication", 19, _TEXT),
    _blank(6),
    Field("originating_bank", 8, _DIGITS),
    Field("number", 7, _NUMBER),
)

FILE_CONTROL = Layout(
    "file control",
    _fixed("9"),
    Field("batch_count", 6, _NUMBER),
    Field("block_count", 6, _NUMBER),
    Field("count", 8, _NUMBER),
    Field("entry_hash", 10, _NUMBER),
    Field("debit_cents", 12, _NUMBER),
    Field("credit_cents", 12, _NUMBER),
    _blank(39),
)
