"""How terms, openings, events, states and allocations are stored: plain JSON in, the rules' own values out, exact."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from services.accounts.rules.events import (
    Acceleration,
    AccountEvent,
    Bill,
    Charge,
    ChargeOff,
    Deferment,
    DueDateChange,
    EndBill,
    EndBillCredit,
    Fee,
    LateFee,
    LeaseEnd,
    LeaseExtension,
    Payment,
    PaymentAfterEnd,
    Payoff,
    RateChange,
    Refund,
    Reversal,
    Waiver,
)
from services.accounts.rules.history import History
from services.accounts.rules.state import OPENING_FEES, AccountState, Allocation, Amendments, OpenFee
from services.accounts.rules.terms import LeaseTerms, LoanTerms, Move, Opening, PaymentStep, Terms

STORED_AS_IS = frozenset({int, str, bool, type(None)})
EXACT = frozenset({"annual_rate_percent", "accrued_interest", "forgiven_above_percent"})
DATES = frozenset({"chargeable_from"})
HELD = "payment_held"
AMENDED = frozenset({"moves", "payment_steps"})
NOT_SIGNED = AMENDED | {"extended_months"}
# What most accounts never have is left out of their row, which every payment rewrites.
SELDOM: Mapping[str, Any] = {
    "diverted_cents": 0, "is_accelerated": False, "awaited": (), "lease_end": "", "is_end_billed": False,
    "end_gain_cents": 0,
    "is_charged_off": False, "charged_off_cents": 0, "recovered_cents": 0,
}  # fmt: skip
DATED_SELDOM = ("billed_due_on", "delinquent_since_on")
APART = frozenset({"opening", "open_fees", "amendments", "allocations", *SELDOM, *DATED_SELDOM})

EVENT_KINDS: Mapping[str, type[AccountEvent]] = {
    "bill_issued": Bill,
    "late_fee_assessed": LateFee,
    "fee_assessed": Fee,
    "rate_changed": RateChange,
    "due_date_changed": DueDateChange,
    "instalments_deferred": Deferment,
    "account_accelerated": Acceleration,
    "fee_waived": Waiver,
    "payment_posted": Payment,
    "payment_held": Payment,
    "payoff_settled": Payoff,
    "lease_ended": LeaseEnd,
    "lease_end_billed": EndBill,
    "end_bill_credited": EndBillCredit,
    "lease_extended": LeaseExtension,
    "refund_due": Refund,
    "account_charged_off": ChargeOff,
    "payment_reversed": Reversal,
    "payment_returned": Reversal,
}
"""What a row of `account_events` is to the rules; `account_opened` holds the opening."""


def terms_as_stored(terms: Terms) -> dict[str, Any]:
    # The release before this one does not know it, and reads what it knows alone.
    return _stored(terms, leave_out=NOT_SIGNED if terms.grace_rolls else NOT_SIGNED | {"grace_rolls"})


def terms_from_stored(product: str, stored: Mapping[str, Any]) -> Terms:
    return LoanTerms(**_values(stored)) if product == "loan" else LeaseTerms(**_values(stored))


def opening_as_stored(opening: Opening) -> dict[str, Any]:
    return _stored(opening)


def opening_from_stored(stored: Mapping[str, Any]) -> Opening:
    return Opening(**_values(stored))


def event_as_stored(event: AccountEvent) -> dict[str, Any]:
    """What a row of `account_events` keeps of an event besides its key and date."""
    return _stored(event, leave_out=frozenset({"source_key", "effective_on"}))


def event_from_stored(row: Mapping[str, Any]) -> AccountEvent:
    """The engine's event from a row of `account_events` of one of EVENT_KINDS."""
    folded: Any = PaymentAfterEnd if row["data"].get("is_after_end") else EVENT_KINDS[row["kind"]]
    names = [name for name in _names(folded) if name in row["data"]]
    values = {name: _value(name, row["data"][name]) for name in names}
    event: AccountEvent = folded(source_key=row["source_key"], effective_on=row["effective_on"], **values)
    return event


def history_from_stored(rows: Iterable[Mapping[str, Any]], *, explanations: Mapping[str, Mapping[str, Any]]) -> History:
    """The history that rows of `account_events` tell; `explanations` say by key why money is held."""
    later = [row for row in rows if row["kind"] != "account_opened"]
    held = {row["source_key"]: explanations.get(row["source_key"], {}) for row in later if row["kind"] == HELD}
    return History(events=[event_from_stored(row) for row in later], held=held)


def state_as_stored(state: AccountState) -> dict[str, Any]:
    """The state without its allocations, which have a table of their own."""
    seldom = {name: getattr(state, name) for name, usual in SELDOM.items() if getattr(state, name) != usual}
    dated = {name: _plain(on) for name in DATED_SELDOM if (on := getattr(state, name)) is not None}
    amended = {"amendments": _amendments_as_stored(state.amendments)} if state.amendments != Amendments() else {}
    fees = {"open_fees": [_stored(fee) for fee in state.open_fees]} if state.open_fees else {}
    return {
        **_stored(state, leave_out=APART),
        **seldom,
        **dated,
        **amended,
        **fees,
        "fees_due_cents": state.fees_due_cents,
        "opening": opening_as_stored(state.opening),
    }


def state_from_stored(stored: Mapping[str, Any]) -> AccountState:
    """A state as any release has stored it: before there were fees of our own, only their sum was kept."""
    plain = {name: value for name, value in stored.items() if name not in (*APART, "fees_due_cents")}
    last_rank = 0 if stored["last_source_key"] == "" else Payment.rank
    seldom = {name: type(usual)(stored[name]) for name, usual in SELDOM.items() if name in stored}
    dated = _values({name: stored[name] for name in DATED_SELDOM if name in stored})
    return AccountState(
        opening=opening_from_stored(stored["opening"]),
        open_fees=_fees_from_stored(stored),
        amendments=_amendments_from_stored(stored.get("amendments", {})),
        **{"last_rank": last_rank, **_values(plain), **seldom, **dated},
    )


def allocation_as_stored(allocation: Allocation) -> dict[str, Any]:
    """The columns of an allocation's row that the engine decides."""
    columns = {name: getattr(allocation, name) for name in _names(Allocation)}
    return {**columns, "instalments": list(allocation.instalments), "explanation": dict(allocation.explanation)}


def allocation_from_stored(row: Mapping[str, Any]) -> Allocation:
    columns = {name: row[name] for name in _names(Allocation)}
    return Allocation(**{**columns, "instalments": tuple(row["instalments"])})


def _fees_from_stored(stored: Mapping[str, Any]) -> tuple[OpenFee, ...]:
    if "open_fees" in stored:
        return tuple(OpenFee(**fee) for fee in stored["open_fees"])
    cents = stored["fees_due_cents"]
    return (OpenFee(source_key=OPENING_FEES, unpaid_cents=cents),) if cents else ()


def _amendments_as_stored(amendments: Amendments) -> dict[str, Any]:
    lists = {name: [_stored(each) for each in getattr(amendments, name)] for name in sorted(AMENDED)}
    return {**_stored(amendments, leave_out=AMENDED), **lists}


def _amendments_from_stored(stored: Mapping[str, Any]) -> Amendments:
    if not stored:
        return Amendments()
    rates = {name: value for name, value in stored.items() if name not in AMENDED}
    return Amendments(
        moves=tuple(Move(**move) for move in stored["moves"]),
        payment_steps=tuple(PaymentStep(**step) for step in stored["payment_steps"]),
        **_values(rates),
    )


def _stored(value: Any, *, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    return {
        name: each if (each := getattr(value, name)).__class__ in STORED_AS_IS else _plain(each)
        for name in _names(value.__class__)
        if name not in leave_out
    }


@cache
def _names(record: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_stored(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _values(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in stored.items()}


def _value(name: str, value: Any) -> Any:
    read = _reading(name)
    return value if read is None or value is None else read(value)


@cache
def _reading(name: str) -> Callable[[Any], Any] | None:
    """What makes the rules' own value of a stored one; None where they are the same."""
    if name == "charges":
        return _charges
    if name.endswith("_on") or name in DATES:
        return date.fromisoformat
    return Decimal if name in EXACT else None


def _charges(stored: Iterable[Mapping[str, Any]]) -> tuple[Charge, ...]:
    return tuple(Charge(**charge) for charge in stored)
