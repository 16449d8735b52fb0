"""How money falls on a lease: instalments oldest first by their constant-yield split, then fees, then credit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from services.accounts.rules.fees import pay_fees
from services.accounts.rules.lease_yield import LeaseRow, remaining_rows
from services.accounts.rules.schedule import current_instalment_number, due_on
from services.accounts.rules.state import AccountState, Allocation, AllocationKind, Payment
from services.accounts.rules.terms import LeaseTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What some money does to the instalments, oldest first; the steps are the explanation of it."""

    state: AccountState
    rent: int
    depreciation: int
    tax: int
    rest: int
    completed: tuple[int, ...]
    steps: tuple[Mapping[str, object], ...]

    @property
    def used(self) -> int:
        return self.rent + self.depreciation + self.tax


def lease_due_through(*, terms: LeaseTerms, state: AccountState, last_number: int) -> int:
    """Cents due for the unpaid instalments up to `last_number`, tax included."""
    count = min(last_number, terms.payment_count) - state.next_instalment_number + 1
    return max(0, count * terms.payment_cents - state.partial_paid_cents) if count > 0 else 0


def settle_due(*, terms: LeaseTerms, state: AccountState, last_number: int) -> Filling:
    """The instalments up to `last_number` as if what is unpaid of them were paid."""
    due = lease_due_through(terms=terms, state=state, last_number=last_number)
    return fill(terms=terms, state=state, cents=due, last_number=last_number)


def use_credit(*, terms: LeaseTerms, state: AccountState, through_on: date) -> AccountState:
    """Let the customer's credit pay each instalment on its due date, up to and including `through_on`."""
    while state.unapplied_cents > 0 and state.next_instalment_number <= terms.payment_count:
        number = state.next_instalment_number
        due = due_on(terms=terms, number=number)
        if due > through_on:
            break
        filling = fill(terms=terms, state=state, cents=state.unapplied_cents, last_number=number)
        used = state.unapplied_cents - filling.rest
        # Credit is there before the bill, unless the account was opened with an older instalment unpaid.
        on = max(due, state.last_effective_on)
        state = replace(
            filling.state,
            unapplied_cents=filling.rest,
            last_effective_on=on,
            last_rank=state.last_rank if on == state.last_effective_on else 0,
            last_source_key=state.last_source_key if on == state.last_effective_on else "",
            allocations=(
                *state.allocations,
                _allocation(
                    kind="credit_used",
                    filling=filling,
                    source_key=_credit_key(state, on=on),
                    on=on,
                    amount=0,
                    fees=0,
                    unapplied=-used,
                ),
            ),
        )
    return state


def _credit_key(state: AccountState, *, on: date) -> str:
    """Credit may pay one instalment in parts, more than once a day: what was paid of it before tells them apart."""
    key = f"credit-used:{state.next_instalment_number}:{on.isoformat()}"
    return f"{key}:{state.partial_paid_cents}" if state.partial_paid_cents else key


def apply_to_lease(*, terms: LeaseTerms, state: AccountState, payment: Payment) -> AccountState:
    """Fold one payment, which must not precede the state, into a lease.

    Money for later bills, and for the lease's end, stays credit.
    """
    on = payment.effective_on
    current = current_instalment_number(terms=terms, on=on)
    due = lease_due_through(terms=terms, state=state, last_number=current)
    to_pay = 0 if payment.is_for_lease_end else payment.amount_cents
    fees_first = min(to_pay, state.fees_due_cents) if terms.waterfall == "fees_first" else 0
    filling = fill(terms=terms, state=state, cents=to_pay - fees_first, last_number=current)
    fees = fees_first or min(filling.rest, state.fees_due_cents)
    unapplied = payment.amount_cents - fees - filling.used
    allocation = _allocation(
        kind="payment",
        filling=filling,
        source_key=payment.source_key,
        on=on,
        amount=payment.amount_cents,
        fees=fees,
        unapplied=unapplied,
    )
    return replace(
        filling.state,
        open_fees=pay_fees(state.open_fees, cents=fees),
        diverted_cents=min(due - filling.used, state.diverted_cents + fees),
        unapplied_cents=state.unapplied_cents + unapplied,
        allocations=(*state.allocations, allocation),
    )


def fill(*, terms: LeaseTerms, state: AccountState, cents: int, last_number: int) -> Filling:
    """Let money pay the instalments up to `last_number`, oldest first, each by its own split."""
    rows = remaining_rows(terms=terms, opening=state.opening)
    number, partial, rest = state.next_instalment_number, state.partial_paid_cents, cents
    rent = depreciation = tax = 0
    completed: list[int] = []
    steps: list[Mapping[str, object]] = []
    while rest > 0 and number <= min(last_number, terms.payment_count):
        row = rows[number - state.opening.next_instalment_number]
        paid = min(rest, terms.payment_cents - partial)
        parts = _parts(row=row, terms=terms, from_cents=partial, to_cents=partial + paid)
        rent, depreciation, tax = rent + parts[0], depreciation + parts[1], tax + parts[2]
        steps.append(_step(terms=terms, number=number, parts=parts))
        rest -= paid
        partial += paid
        if partial == terms.payment_cents:
            completed.append(number)
            number, partial = number + 1, 0
    after = replace(
        state,
        principal_cents=state.principal_cents - depreciation,
        next_instalment_number=number,
        partial_paid_cents=partial,
        payments_made=state.payments_made + len(completed),
    )
    return Filling(
        state=after,
        rent=rent,
        depreciation=depreciation,
        tax=tax,
        rest=rest,
        completed=tuple(completed),
        steps=tuple(steps),
    )


def _parts(*, row: LeaseRow, terms: LeaseTerms, from_cents: int, to_cents: int) -> tuple[int, int, int]:
    """Rent charge, depreciation and tax in the slice of an instalment between two amounts paid."""
    rent_end, base_end = row.rent_cents, terms.base_payment_cents
    rent = min(to_cents, rent_end) - min(from_cents, rent_end)
    base = min(to_cents, base_end) - min(from_cents, base_end)
    return rent, base - rent, to_cents - from_cents - base


def _step(*, terms: LeaseTerms, number: int, parts: tuple[int, int, int]) -> Mapping[str, object]:
    return {
        "to": "instalment",
        "instalment": number,
        "due_on": due_on(terms=terms, number=number).isoformat(),
        "rent_charge_cents": parts[0],
        "depreciation_cents": parts[1],
        "tax_cents": parts[2],
        "amount_cents": sum(parts),
    }


def _allocation(
    *, kind: AllocationKind, filling: Filling, source_key: str, on: date, amount: int, fees: int, unapplied: int
) -> Allocation:
    after = filling.state.principal_cents
    steps: list[Mapping[str, object]] = list(filling.steps)
    steps += [{"to": "fees", "amount_cents": fees}] if fees else []
    steps += [{"to": "unapplied_credit", "amount_cents": unapplied}] if unapplied else []
    return Allocation(
        kind=kind,
        source_key=source_key,
        effective_on=on,
        amount_cents=amount,
        interest_cents=filling.rent,
        principal_cents=filling.depreciation,
        tax_cents=filling.tax,
        fees_cents=fees,
        unapplied_cents=unapplied,
        interest_recognised_cents=filling.rent,
        instalments=filling.completed,
        explanation={
            "method": "constant_yield",
            "lease_balance_before_cents": after + filling.depreciation,
            "lease_balance_after_cents": after,
            "steps": steps,
        },
    )
