"""What a move of due dates does, told before it is made and after in the same figures.

The engine folds the moves of one day by kind, so what it explains of a move may be of a moment between two of them
that nobody ever saw. Who asks is told what the schedule is before the move and after it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.accounts.rules.amendments import in_force, move_explained
from services.accounts.rules.events import Deferment, DueDateChange
from services.accounts.rules.rows_to_come import rows_to_come
from services.accounts.rules.schedule import due_on
from services.accounts.rules.sentences import sentence_of
from services.accounts.rules.state import AccountState, Allocation
from services.accounts.rules.terms import LeaseTerms, Terms

DRAFTS_SHOWN = 3


def move_as_told(
    *, account_id: str, is_preview: bool, terms: Terms, before: AccountState, after: AccountState,
    event: DueDateChange | Deferment, allocation: Allocation,
) -> dict[str, Any]:  # fmt: skip
    """The ScheduleChange of the contract; `terms` are the signed ones, `allocation` is what the engine made of it."""
    explanation = move_explained(
        unmoved=in_force(terms=terms, state=before), moved=in_force(terms=terms, state=after),
        number=event.from_number,
        # A payment of the same day may count after the move, which the history then tells of the principal before it.
        principal_cents=allocation.explanation.get("principal_cents", after.principal_cents),
    )  # fmt: skip
    sentence = sentence_of(
        kind=allocation.kind, effective_on=event.effective_on, amount_cents=0, explanation=explanation
    )
    rows_before = rows_to_come(terms=terms, state=before, on=event.effective_on)
    rows = rows_to_come(terms=terms, state=after, on=event.effective_on)
    return {
        "account_id": account_id,
        "kind": "deferment" if isinstance(event, Deferment) else "due_date_change",
        "is_preview": is_preview,
        "from_instalment": event.from_number,
        **{name: date.fromisoformat(str(explanation[name])) for name in _DATES},
        "added_interest_cents": explanation.get("added_interest_cents", 0),
        "interest_to_come_before_cents": _interest_cents(rows_before),
        "interest_to_come_cents": _interest_cents(rows),
        "explanation": {**explanation, "sentence": sentence},
        "schedule": rows,
        "next_drafts": _next_drafts(terms=terms, before=before, after=after, rows=rows),
    }


_DATES = ("due_on_before", "due_on", "maturity_on_before", "maturity_on")


def _interest_cents(rows: Sequence[Mapping[str, Any]]) -> int:
    return sum(row["interest_cents"] for row in rows)


def _next_drafts(
    *, terms: Terms, before: AccountState, after: AccountState, rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What is left of the next instalments; a lease's credit pays for them first."""
    unmoved = in_force(terms=terms, state=before)
    credit = after.unapplied_cents if isinstance(terms, LeaseTerms) else 0
    drafts = []
    for row in rows[:DRAFTS_SHOWN]:
        left = row["payment_cents"] - row["paid_cents"]
        used = min(left, credit)
        credit -= used
        drafts.append(
            {
                "instalment_number": row["number"],
                "due_on": row["due_on"],
                "due_on_before": due_on(terms=unmoved, number=row["number"]),
                "amount_cents": max(0, left - used),
            }
        )
    return drafts
