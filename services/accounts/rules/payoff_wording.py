"""How a payoff explains itself: each figure as data with one plain sentence, and the quote as it is shown."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from chassis.money import format_dollars, round_half_up_cents
from services.accounts.rules.addresses import PaymentAddress, mail_to
from services.accounts.rules.amendments import in_force
from services.accounts.rules.interest import AccrualSpan, accrual_spans, format_per_diem
from services.accounts.rules.payoff import (
    KIND_OF_LOANS,
    Line,
    PayoffFigures,
    lease_instalments_due_cents,
    shown_status,
)
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LeaseTerms, LoanTerms, Terms

BREAKDOWN = ("principal_cents", "interest_cents", "fees_cents", "other_cents", "credit_cents")
PROMISED = ("id", "account_id", "kind", "payoff_cents", "per_diem", "as_of_on", "good_through", "explanation")
PENDING = "Payments that are still on their way are not counted."
GOOD_FUNDS = "The account closes, and its title is released, once the money has settled."
RETURNED = "Should the bank return a payment that is counted here, the account opens again even if this was paid."


def explained(
    *, terms: Terms, state: AccountState, figures: PayoffFigures, lines: Sequence[Line] = ()
) -> dict[str, object]:
    """The arithmetic of a payoff, fit for JSON: every part with its amount and a sentence; they sum to the payoff."""
    terms = in_force(terms=terms, state=state)
    parts = _loan_parts(terms, state, figures) if isinstance(terms, LoanTerms) else _lease_parts(terms, state, figures)
    parts += [_part("fees", figures.fees_cents, "Fees charged and not yet paid")]
    parts += [_part(line.code, line.amount_cents, line.description) for line in lines]
    parts += [_part("credit", -figures.credit_cents, "Your credit with us, taken off")]
    return {
        "sentence": _sentence(figures),
        "parts": [part for part in parts if part["amount_cents"] or part["code"] == "interest"],
        "interest": _interest(terms, state, figures.on) if isinstance(terms, LoanTerms) else None,
        "notes": [PENDING, GOOD_FUNDS, RETURNED],
    }


def preview_as_told(
    *, account_id: str, product: str, kind: str, as_of_on: date, figures: PayoffFigures,
    explanation: Mapping[str, object], addresses: tuple[PaymentAddress, ...],
) -> dict[str, Any]:  # fmt: skip
    """The payoff that a quote would promise."""
    return {
        "account_id": account_id,
        "kind": kind,
        "payoff_cents": figures.payoff_cents,
        "per_diem": format_per_diem(figures.per_diem),
        "as_of_on": as_of_on,
        "good_through": figures.on,
        "breakdown": {name: getattr(figures, name) for name in BREAKDOWN},
        "explanation": explanation,
        "includes_pending_payments": False,
        "mail_to": mail_to(addresses, product=product, purpose=_purpose(kind)),
    }


def quote_as_told(
    quote: Mapping[str, Any], *, product: str, today: date, addresses: tuple[PaymentAddress, ...]
) -> dict[str, Any]:
    """A stored quote from its row."""
    return {
        **{name: quote[name] for name in PROMISED},
        "status": shown_status(status=quote["status"], good_through=quote["good_through"], today=today),
        "withdrawn_reason": quote["withdrawn_reason"],
        "received_cents": quote["received_cents"],
        "issued_at": quote["issued_at"],
        "breakdown": {name: quote[name] for name in BREAKDOWN},
        "includes_pending_payments": False,
        "mail_to": mail_to(addresses, product=product, purpose=_purpose(quote["kind"])),
    }


def _purpose(kind: str) -> str:
    return "lease_purchase" if kind == "lease_purchase" else KIND_OF_LOANS


def _sentence(figures: PayoffFigures) -> str:
    closes = f"{format_dollars(figures.payoff_cents)} closes the account if it is effective by {written(figures.on)}."
    if not figures.per_diem:
        return closes
    return f"{closes} Each day after that adds ${format_per_diem(figures.per_diem)} while nothing else changes."


def _loan_parts(terms: LoanTerms, state: AccountState, figures: PayoffFigures) -> list[dict[str, Any]]:
    return [
        _part("principal", figures.principal_cents, "Principal not yet repaid"),
        _part("interest", figures.interest_cents, _interest_sentence(terms, state, figures)),
    ]


def _lease_parts(terms: LeaseTerms, state: AccountState, figures: PayoffFigures) -> list[dict[str, Any]]:
    due = lease_instalments_due_cents(terms=terms, state=state, on=figures.on)
    return [_part("instalments_due", due, f"Instalments due by {written(figures.on)} and not yet paid")]


def _interest_sentence(terms: LoanTerms, state: AccountState, figures: PayoffFigures) -> str:
    start = state.interest_from_on
    spans = accrual_spans(day_count=terms.day_count, from_on=start, to_on=figures.on)
    rate, carried = f"{terms.annual_rate_percent}% a year", round_half_up_cents(state.accrued_interest)
    before = f", after {format_dollars(carried)} left over from before" if carried else ""
    if not spans:
        return f"Interest is paid through {written(start)}{before}"
    days = " and ".join(f"{span.days} {_days(span)} of a {span.year_days}-day year" for span in spans)
    principal = format_dollars(state.principal_cents)
    return f"Interest on {principal} at {rate} from {written(start)} to {written(figures.on)}: {days}{before}"


def _interest(terms: LoanTerms, state: AccountState, on: date) -> dict[str, object]:
    start = state.interest_from_on
    spans = accrual_spans(day_count=terms.day_count, from_on=start, to_on=on)
    return {
        "principal_cents": state.principal_cents,
        "annual_rate_percent": str(terms.annual_rate_percent),
        "day_count": terms.day_count,
        "interest_from_on": start.isoformat(),
        "interest_to_on": max(on, start).isoformat(),
        "days": sum(span.days for span in spans),
        "day_spans": [{"days": span.days, "year_days": span.year_days} for span in spans],
        "interest_carried_cents": round_half_up_cents(state.accrued_interest),
    }


def _part(code: str, amount_cents: int, words: str) -> dict[str, Any]:
    return {"code": code, "amount_cents": amount_cents, "sentence": f"{words}: {format_dollars(amount_cents)}."}


def _days(span: AccrualSpan) -> str:
    return "day" if span.days == 1 else "days"


def written(day: date) -> str:
    """A date for a person: `April 30, 2026`."""
    return f"{day:%B} {day.day}, {day.year}"
