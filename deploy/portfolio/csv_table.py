"""A portfolio as a CSV table: one account per row, an empty cell means that the fact is absent."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

from deploy.portfolio.errors import MalformedPortfolio, Place
from deploy.portfolio.forms import Form
from deploy.portfolio.records import load_account
from services.accounts.contract.portfolio import (
    LeaseTermsSchema,
    LoanTermsSchema,
    PortfolioAccount,
    PortfolioLease,
    PortfolioMailingAddress,
    PortfolioParty,
    PortfolioVehicle,
)
from services.accounts.contract.terms import Opening

ACCOUNT_COLUMNS = (
    "source_ref",
    "account_number",
    "product",
    "status",
    "state",
    "issuer",
    "opened_on",
    "closed_on",
    "charged_off_cents",
    "has_co_borrower",
)
VEHICLE_COLUMNS = tuple(field.name for field in fields(PortfolioVehicle))
# As the schemas take them: the terms also hold what servicing changes later.
TERMS_COLUMNS = tuple({**LoanTermsSchema().fields, **LeaseTermsSchema().fields})
OPENING_COLUMNS = tuple(field.name for field in fields(Opening))
LEASE_COLUMNS = tuple(field.name for field in fields(PortfolioLease))
PARTY_COLUMNS = tuple(field.name for field in fields(PortfolioParty) if field.name not in ("role", "mailing_address"))
MAILING_COLUMNS = tuple(field.name for field in fields(PortfolioMailingAddress))
ROLES = ("borrower", "co_borrower")

# Each part of an account with the columns that hold it, and what stands before its names there.
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "account": ("", ACCOUNT_COLUMNS),
    "vehicle": ("vehicle_", VEHICLE_COLUMNS),
    "terms": ("", TERMS_COLUMNS),
    "opening": ("opening_", OPENING_COLUMNS),
    "lease": ("", LEASE_COLUMNS),
    **{role: (f"{role}_", PARTY_COLUMNS) for role in ROLES},
    **{f"{role}_mailing": (f"{role}_mailing_", MAILING_COLUMNS) for role in ROLES},
}
COLUMNS = tuple(f"{before}{name}" for before, names in PARTS.values() for name in names)

_WHOLE_NUMBERS = (
    "_cents",
    "_miles",
    "_pounds",
    "_days",
    "_day",
    "payment_count",
    "_months",
    "_max",
    "instalment_number",
    "_made",
    "_year",
)
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
# By column: the part that it belongs to, its name there, and whether it holds a whole number.
_HOMES = {
    f"{before}{name}": (part, name, f"{before}{name}".endswith(_WHOLE_NUMBERS))
    for part, (before, names) in PARTS.items()
    for name in names
}


def _rows(path: Path) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Each row; columns may stand in any order and be left out when no row needs them.

    Raises MalformedPortfolio for unknown columns and for text that is no table.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        table = csv.DictReader(stream, strict=True, restkey="", restval=None)
        try:
            _check_header(table.fieldnames or (), place=Place(path, line=1))
            for row in table:
                yield Place(path, line=table.line_num), row
        except (csv.Error, UnicodeDecodeError) as broken:
            raise MalformedPortfolio(
                place=Place(path, line=table.reader.line_num or 1), sentence="The line is not CSV in UTF-8."
            ) from broken


def _account(place: Place, row: Mapping[str, Any]) -> PortfolioAccount:
    """The account of a row; one that is none, also one too long or too short, is refused by its line."""
    for column, cell in row.items():
        if column == "" or cell is None:
            raise MalformedPortfolio(
                place=place, field=column or None, sentence="The row has not as many cells as the header."
            )
    data = _nested(row)
    roles = [party["role"] for party in data["parties"]]
    return load_account(data, place=place, named=partial(_column_of, roles=roles))


def _column_of(field: str, *, roles: Sequence[str]) -> str:
    """The column that holds a field of the record."""
    match field.split("."):
        case ["parties", number, "mailing_address", name]:
            return f"{roles[int(number)]}_mailing_{name}"
        case ["parties", number, name]:
            return f"{roles[int(number)]}_{name}"
        case [part, name]:
            return f"{PARTS[part][0]}{name}"
    return field


def _opening_on(row: Mapping[str, Any]) -> Any:
    # A row that is too short has None there.
    return (row["opening_as_of_on"] or "").strip()


def _check_header(names: Sequence[str], *, place: Place) -> None:
    given = list(names)
    unknown = [name for name in given if name not in COLUMNS]
    if unknown:
        raise MalformedPortfolio(place=place, field=unknown[0][:60], sentence="This column is not known.")
    if len(set(given)) != len(given):
        raise MalformedPortfolio(place=place, sentence="A column stands twice in the header.")
    if "source_ref" not in given:
        raise MalformedPortfolio(place=place, field="source_ref", sentence="The column is missing.")


def _nested(row: Mapping[str, str]) -> dict[str, Any]:
    parts: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
    for column, cell in row.items():
        if text := cell.strip():
            part, name, is_whole = _HOMES[column]
            # What is no whole number stays text, for the schema to refuse by name.
            parts[part][name] = int(text) if is_whole and _WHOLE_NUMBER.fullmatch(text) else text
    account = parts["account"]
    data = {**account, **{part: parts[part] for part in ("vehicle", "terms", "opening")}}
    data["parties"] = [party for role in ROLES if (party := _party(parts, role=role))]
    if parts["lease"] or account.get("product") == "lease":
        data["lease"] = parts["lease"]
    return data


def _party(parts: Mapping[str, dict[str, Any]], *, role: str) -> dict[str, Any]:
    party, address = parts[role], parts[f"{role}_mailing"]
    if address:
        party = {**party, "mailing_address": address}
    return {**party, "role": role} if party else {}


CSV_TABLE: Form[Mapping[str, Any]] = Form(records=_rows, account=_account, opening_on=_opening_on)
