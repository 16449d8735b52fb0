"""How terms, openings, states and allocations are stored: plain JSON in, the rules' own values out, nothing rounded."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from services.accounts.rules.state import AccountState, Allocation
from services.accounts.rules.terms import LeaseTerms, LoanTerms, Opening, Terms

EXACT = frozenset({"annual_rate_percent", "accrued_interest"})
OUTSIDE_THE_STATE = frozenset({"opening", "allocations"})


def terms_as_stored(terms: Terms) -> dict[str, Any]:
    return _stored(terms)


def terms_from_stored(product: str, stored: Mapping[str, Any]) -> Terms:
    return LoanTerms(**_values(stored)) if product == "loan" else LeaseTerms(**_values(stored))


def opening_as_stored(opening: Opening) -> dict[str, Any]:
    return _stored(opening)


def opening_from_stored(stored: Mapping[str, Any]) -> Opening:
    return Opening(**_values(stored))


def state_as_stored(state: AccountState) -> dict[str, Any]:
    """The state without its allocations, which have a table of their own."""
    return {**_stored(state, leave_out=OUTSIDE_THE_STATE), "opening": opening_as_stored(state.opening)}


def state_from_stored(stored: Mapping[str, Any]) -> AccountState:
    plain = {name: value for name, value in stored.items() if name != "opening"}
    return AccountState(opening=opening_from_stored(stored["opening"]), **_values(plain))


def allocation_as_stored(allocation: Allocation) -> dict[str, Any]:
    """The columns of an allocation's row that the engine decides."""
    columns = {name: getattr(allocation, name) for name in _names(Allocation)}
    return {**columns, "instalments": list(allocation.instalments), "explanation": dict(allocation.explanation)}


def allocation_from_stored(row: Mapping[str, Any]) -> Allocation:
    columns = {name: row[name] for name in _names(Allocation)}
    return Allocation(**{**columns, "instalments": tuple(row["instalments"])})


def _stored(value: Any, *, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    return {name: _plain(getattr(value, name)) for name in _names(value.__class__) if name not in leave_out}


@cache
def _names(record: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _values(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in stored.items()}


def _value(name: str, value: Any) -> Any:
    if name.endswith("_on"):
        return date.fromisoformat(value)
    return Decimal(value) if name in EXACT else value
