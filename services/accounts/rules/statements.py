"""What a statement says: everything that was posted since the one before, line by line, from balance to balance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from services.accounts.rules.addresses import PaymentAddress
from services.accounts.rules.amendments import in_force
from services.accounts.rules.events import Bill
from services.accounts.rules.interest import format_per_diem
from services.accounts.rules.payoff import payoff_on
from services.accounts.rules.schedule import instalments_due_before, maturity_on
from services.accounts.rules.sentences import sentence_of
from services.accounts.rules.shown import OPEN
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LoanTerms, Terms

OPENING_CAUSE = "account_opened"
PARTS = ("interest_cents", "principal_cents", "tax_cents", "fees_cents", "unapplied_cents")
PAID = ("interest_cents", "principal_cents", "fees_cents")
TAKEN_BACK = "Credit that had been used for an instalment was taken back, because an earlier payment was found."
YEAR_END_RULE = (
    "Interest is counted in the calendar year on whose days the payments are effective, whenever they were posted. A "
    "payment that was returned or undone does not count."
)


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """What every statement says of the company, and the disclosures under which it may be electronic."""

    name: str
    phone: str
    addresses: tuple[PaymentAddress, ...]
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """Posted balances of one account, or what was added to them; the credit is the customer's."""

    principal_cents: int = 0
    interest_cents: int = 0
    fees_cents: int = 0
    credit_cents: int = 0

    @property
    def total_cents(self) -> int:
        return self.principal_cents + self.interest_cents + self.fees_cents - self.credit_cents

    def plus(self, other: "Balances") -> "Balances":
        return Balances(
            principal_cents=self.principal_cents + other.principal_cents,
            interest_cents=self.interest_cents + other.interest_cents,
            fees_cents=self.fees_cents + other.fees_cents,
            credit_cents=self.credit_cents + other.credit_cents,
        )

    def as_shown(self) -> dict[str, int]:
        return {**asdict(self), "total_cents": self.total_cents}


NOTHING = Balances()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What the journal has posted for one cause since the last statement.

    `corrects` says that an entry which an earlier statement counted was reversed.
    """

    effective_on: date
    balances: Balances
    corrects: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What a statement is made of: the time since the last one, and what happened in it.

    `moved` is by cause; `happened` holds allocations as they stand now, with what the account's event keeps as
    `details`. `opening` is the closing balance of the last statement; None before the first.
    """

    from_on: date
    to_on: date
    opening: Balances | None
    moved: Mapping[str, Moved]
    happened: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """The account as it stands on the day of the statement."""

    product: str
    status: str
    terms: Terms
    state: AccountState


def monthly_document(
    *, covered: Covered, owing: Owing, bill: Bill | None, about: Mapping[str, Any], paid_in_years: Sequence[object]
) -> dict[str, Any]:
    """The contents of a monthly statement, fit for JSON; opening balance and lines add up to the closing balance.

    `about` is what the statement says of the lender, the vehicle, the number and the addresses.
    """
    moved = dict(covered.moved)
    taken_over = moved.pop(OPENING_CAUSE, None)
    opening = covered.opening or (taken_over.balances if taken_over else NOTHING)
    lines = _lines(moved=moved, happened=covered.happened)
    closing = opening
    for each in moved.values():
        closing = closing.plus(each.balances)
    return {
        "lender": about["lender"],
        "contract": contract_shown(owing=owing, about=about),
        "opening": opening.as_shown(),
        "transactions": [line for line in lines if line["effective_on"] >= covered.from_on.isoformat()],
        "adjustments": [line for line in lines if line["effective_on"] < covered.from_on.isoformat()],
        "closing": closing.as_shown(),
        "bill": None if bill is None else _bill(bill),
        "paid_ahead_instalments": paid_ahead_instalments(owing=owing, on=covered.to_on),
        "paid_in_years": list(paid_in_years),
        "payoff": _payoff(owing=owing, on=covered.to_on),
        "mail_to": about["mail_to"],
    }


def contract_shown(*, owing: Owing, about: Mapping[str, Any]) -> dict[str, Any]:
    """Which contract it is about, as it is in force by now."""
    terms = in_force(terms=owing.terms, state=owing.state)
    return {
        "account_last4": about["account_number"][-4:],
        "product": owing.product,
        "vehicle": about["vehicle"],
        "annual_rate_percent": str(terms.annual_rate_percent) if isinstance(terms, LoanTerms) else None,
        "day_count": terms.day_count if isinstance(terms, LoanTerms) else None,
        "maturity_on": maturity_on(terms=terms).isoformat(),
    }


def paid_ahead_instalments(*, owing: Owing, on: date) -> int:
    """How many instalments are paid in full that are due only after the date."""
    if owing.status != OPEN:
        return 0
    terms = in_force(terms=owing.terms, state=owing.state)
    due_by_then = instalments_due_before(terms=terms, on=on + timedelta(days=1))
    return max(0, owing.state.next_instalment_number - 1 - due_by_then)


def paid_in_years(rows: Iterable[Mapping[str, Any]], *, years: Sequence[int], opened_on: date) -> list[dict[str, Any]]:
    """What was paid in each of the calendar years, zeros too; years before we took the account over are left out."""
    by_year = {row["year"]: row for row in rows}
    return [
        {
            "year": year,
            "since_on": max(date(year, 1, 1), opened_on).isoformat(),
            **{
                name: by_year.get(year, {}).get(name, 0) for name in ("interest_cents", "principal_cents", "fees_cents")
            },
        }
        for year in years
        if year >= opened_on.year
    ]


def _lines(*, moved: Mapping[str, Moved], happened: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One line for each cause, in the order of effect.

    What moved no balance is there too, with its arithmetic; what banks moved between clearing and cash is not.
    """
    known = {row["source_key"] for row in happened}
    lines = [_line(row, moved.get(row["source_key"])) for row in happened]
    lines += [_vanished(each) for key, each in moved.items() if key not in known and each.balances != NOTHING]
    return sorted(lines, key=lambda line: (line["effective_on"], line["transaction_id"] or ""))


def _line(row: Mapping[str, Any], moved: Moved | None) -> dict[str, Any]:
    details = row["details"] or {}
    sentence = sentence_of(
        kind=row["kind"], effective_on=row["effective_on"], amount_cents=row["amount_cents"],
        explanation=row["explanation"],
    )  # fmt: skip
    return {
        "transaction_id": str(row["id"]),
        "kind": row["kind"],
        "effective_on": row["effective_on"].isoformat(),
        **{name: details.get(name) for name in ("payment_id", "method_type", "method_last4")},
        "amount_cents": row["amount_cents"],
        "allocation": {part: row[part] for part in PARTS},
        "instalments": list(row["instalments"]),
        "moved": (moved.balances if moved else NOTHING).as_shown(),
        "corrects": moved is not None and moved.corrects,
        "explanation": {**row["explanation"], "sentence": sentence},
    }


def _vanished(moved: Moved) -> dict[str, Any]:
    """A cause whose allocation is no more: only credit of a lease can vanish, when money for it turns up."""
    return {
        "transaction_id": None,
        "kind": "credit_used",
        "effective_on": moved.effective_on.isoformat(),
        **dict.fromkeys(("payment_id", "method_type", "method_last4")),
        "amount_cents": 0,
        "allocation": dict.fromkeys(PARTS, 0),
        "instalments": [],
        "moved": moved.balances.as_shown(),
        "corrects": moved.corrects,
        "explanation": {"sentence": TAKEN_BACK},
    }


def _bill(bill: Bill) -> dict[str, Any]:
    return {
        "instalment_number": bill.instalment_number,
        "due_on": bill.due_on.isoformat(),
        "instalment_cents": bill.instalment_cents,
        "past_due_cents": bill.past_due_cents,
        "fees_due_cents": bill.fees_due_cents,
        "credit_cents": bill.credit_cents,
        "amount_due_cents": bill.amount_due_cents,
    }


def _payoff(*, owing: Owing, on: date) -> dict[str, Any] | None:
    if owing.status != OPEN or not isinstance(owing.terms, LoanTerms):
        return None
    figures = payoff_on(terms=owing.terms, state=owing.state, on=on)
    return {
        "payoff_cents": figures.payoff_cents,
        "per_diem": format_per_diem(figures.per_diem),
        "as_of_on": on.isoformat(),
    }
