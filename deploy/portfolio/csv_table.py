"""A portfolio as a CSV table: one account per row, an empty cell means that the fact is absent."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
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

COLUMNS = (
    *ACCOUNT_COLUMNS,
    *(f"vehicle_{name}" for name in VEHICLE_COLUMNS),
    *TERMS_COLUMNS,
    *(f"opening_{name}" for name in OPENING_COLUMNS),
    *LEASE_COLUMNS,
    *(f"{role}_{name}" for role in ROLES for name in PARTY_COLUMNS),
    *(f"{role}_mailing_{name}" for role in ROLES for name in MAILING_COLUMNS),
)


_WHOLE_NUMBERS = (
    "_cents",
    "_miles",
    "_pounds",
    "_days",
    "_day",
    "_count",
    "_months",
    "_max",
    "instalment_number",
    "_made",
    "_year",
)
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


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
    if "" in row or None in row.values():
        raise MalformedPortfolio(place=place, sentence="The row has not as many cells as the header.")
    return load_account(_nested(row), place=place)


def _opening_on(row: Mapping[str, Any]) -> Any:
    return row["opening_as_of_on"].strip()


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
    present = {name: _value(name, value.strip()) for name, value in row.items() if value.strip()}
    data: dict[str, Any] = {name: present[name] for name in ACCOUNT_COLUMNS if name in present}
    data["vehicle"] = _part(present, prefix="vehicle_", names=VEHICLE_COLUMNS)
    data["terms"] = _part(present, prefix="", names=TERMS_COLUMNS)
    data["opening"] = _part(present, prefix="opening_", names=OPENING_COLUMNS)
    parties = {role: _party(present, role=role) for role in ROLES}
    data["parties"] = [{**party, "role": role} for role, party in parties.items() if party]
    lease = _part(present, prefix="", names=LEASE_COLUMNS)
    if lease or present.get("product") == "lease":
        data["lease"] = lease
    return data


def _party(present: Mapping[str, Any], *, role: str) -> dict[str, Any]:
    party = _part(present, prefix=f"{role}_", names=PARTY_COLUMNS)
    address = _part(present, prefix=f"{role}_mailing_", names=MAILING_COLUMNS)
    return {**party, "mailing_address": address} if address else party


def _value(name: str, text: str) -> int | str:
    """Whole numbers as numbers; what is not one stays text, for the schema to refuse by name."""
    return int(text) if name.endswith(_WHOLE_NUMBERS) and _WHOLE_NUMBER.fullmatch(text) else text


def _part(present: Mapping[str, Any], *, prefix: str, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: present[f"{prefix}{name}"] for name in names if f"{prefix}{name}" in present}


CSV_TABLE: Form[Mapping[str, Any]] = Form(records=_rows, account=_account, opening_on=_opening_on)
