"""The people who pay: each with a loan and a lease that is many months behind, so that every payment changes something.

A lease in arrears has other options after each payment, so leases has something to tell each time.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from deploy.demo.people import Person
from deploy.portfolio.months import add_months

NAMES = (("Ada", "Brandt"), ("Ben", "Castillo"), ("Cleo", "Duarte"))
KEPT_LEASE_MONTHS, LEASE_AGE_MONTHS = 10, 30
ISSUER = "Crash Test Finance"


@dataclass(frozen=True)
class Debtor:
    """A person with the numbers of both accounts."""

    person: Person
    lease_number: str


def debtors() -> list[Debtor]:
    return [_debtor(number, *name) for number, name in enumerate(NAMES, start=1)]


def _debtor(number: int, first_name: str, last_name: str) -> Debtor:
    person = Person(
        first_name=first_name, last_name=last_name, account_number=f"CT-100000{number}", ssn_last4=f"431{number}",
        email=f"{first_name}.{last_name}@example.com".lower(), phone=f"+1214555012{number}",
        password=f"correct horse battery {number}{number}",
    )  # fmt: skip
    return Debtor(person=person, lease_number=f"CT-200000{number}")


def write_portfolio(path: Path, *, on: date) -> None:
    """Their accounts as a file that `captive import --as-reported` takes."""
    lines = [line for debtor in debtors() for line in (_loan(debtor, on=on), _lease(debtor, on=on))]
    path.write_text("\n".join(json.dumps(line) for line in lines))


def _loan(debtor: Debtor, *, on: date) -> dict[str, Any]:
    due_on = add_months(on=on, months=1, day=5)
    return _account(
        debtor, number=debtor.person.account_number, product="loan", opened_on=add_months(on=due_on, months=-13),
        terms={
            "first_due_on": str(add_months(on=due_on, months=-12)), "due_day": 5, "grace_days": 15,
            "annual_rate_percent": "6.49", "day_count": "actual/365", "payment_cents": 41341, "payment_count": 72,
            "extra_default": "principal",
        },
        opening=_opening(as_of_on=add_months(on=due_on, months=-1), principal_cents=2_153_404, kept=12),
    )  # fmt: skip


def _lease(debtor: Debtor, *, on: date) -> dict[str, Any]:
    first_due_on = add_months(on=on, months=-LEASE_AGE_MONTHS, day=5)
    return _account(
        debtor, number=debtor.lease_number, product="lease", opened_on=first_due_on,
        terms={
            "first_due_on": str(first_due_on), "due_day": 5, "grace_days": 15, "term_months": 36,
            "adjusted_capitalized_cost_cents": 3_150_000, "residual_cents": 1_890_000, "base_payment_cents": 44_979,
            "tax_cents": 3_261,
        },
        opening=_opening(
            as_of_on=add_months(on=first_due_on, months=KEPT_LEASE_MONTHS - 1), principal_cents=2_817_874,
            kept=KEPT_LEASE_MONTHS,
        ),
    )  # fmt: skip


def _opening(*, as_of_on: date, principal_cents: int, kept: int) -> dict[str, Any]:
    return {
        "as_of_on": str(as_of_on), "principal_cents": principal_cents, "accrued_interest_cents": 0,
        "interest_paid_through_on": str(as_of_on), "next_instalment_number": kept + 1, "partial_paid_cents": 0,
        "fees_due_cents": 0, "unapplied_cents": 0, "payments_made": kept,
    }  # fmt: skip


def _account(
    debtor: Debtor, *, number: str, product: str, opened_on: date, terms: dict[str, Any], opening: dict[str, Any]
) -> dict[str, Any]:
    person = debtor.person
    return {
        "source_ref": f"{ISSUER}/crash/{number}", "account_number": number, "product": product, "status": "open",
        "state": "TX", "issuer": ISSUER, "opened_on": str(opened_on), "closed_on": None, "charged_off_cents": None,
        "has_co_borrower": False, "vehicle": {"vin": None, "year": 2024, "make": "Kia", "model": "K5"},
        "terms": terms, "opening": opening,
        "parties": [
            {
                "first_name": person.first_name, "last_name": person.last_name, "ssn_last4": person.ssn_last4,
                "phone": person.phone, "sms_consent": True, "email": None, "role": "borrower",
            }
        ],
        "lease": {
            "mileage_allowance_miles": 36_000, "excess_mile_cents": 20, "purchase_option_fee_cents": 30_000,
            "disposition_fee_cents": 40_000,
        } if product == "lease" else None,
    }  # fmt: skip
