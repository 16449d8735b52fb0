"""What is foretold of the instalments is what paying them does."""

from dataclasses import replace
from datetime import date

from hypothesis import given

from services.accounts.rules.dues import dues_to_come, with_payments
from services.accounts.rules.engine import apply_event
from services.accounts.rules.events import Acceleration, Payment
from services.accounts.rules.standing import standing
from services.accounts.rules.state import opened
from services.accounts.rules.terms import LoanTerms, Opening
from tests.unit.accounts.builders import a_loan, an_opening, the_reference_lease
from tests.unit.accounts.histories import loans


@given(loans())
def test_paying_each_due_on_its_day_pays_the_loan_off_with_the_last(case: tuple[LoanTerms, Opening]) -> None:
    terms, opening = case
    state = opened(opening=replace(opening, fees_due_cents=0))
    dues = dues_to_come(terms=terms, state=state, count=terms.payment_count)
    for due in dues:
        (foretold,) = dues_to_come(terms=terms, state=state, count=1)
        assert foretold == due
        if due.amount_cents:
            payment = Payment(
                source_key=f"payment:{due.number:03}", effective_on=due.due_on, amount_cents=due.amount_cents
            )
            state = with_payments(terms=terms, state=state, payments=[payment])
    assert (state.principal_cents, state.unapplied_cents) == (0, 0)
    assert dues_to_come(terms=terms, state=state, count=3) == ()


@given(loans())
def test_the_first_due_is_what_the_standing_asks_for_on_its_day(case: tuple[LoanTerms, Opening]) -> None:
    terms, opening = case
    state = opened(opening=opening)
    (first,) = dues_to_come(terms=terms, state=state, count=1)
    assert first.amount_cents == standing(terms=terms, state=state, on=first.due_on).next_instalment_cents


def test_of_a_lease_each_instalment_asks_for_the_same_and_the_first_for_what_it_misses() -> None:
    terms = the_reference_lease(first_due_on=date(2026, 1, 15))
    opening = an_opening(as_of_on=date(2026, 1, 15), principal_cents=3_150_000, partial_paid_cents=1_000)
    dues = dues_to_come(terms=terms, state=opened(opening=opening), count=3)
    whole = terms.payment_cents
    assert [due.amount_cents for due in dues] == [whole - 1_000, whole, whole]
    assert [due.due_on for due in dues] == [date(2026, 1, 15), date(2026, 2, 15), date(2026, 3, 15)]


def test_a_loan_that_was_called_asks_for_all_of_it_at_once() -> None:
    terms, opening = a_loan(), an_opening(as_of_on=date(2026, 1, 5), principal_cents=1_000_000)
    called = apply_event(
        terms=terms, state=opened(opening=opening),
        event=Acceleration(source_key="accelerated", effective_on=opening.as_of_on, reason="default"),
    )  # fmt: skip
    (due,) = dues_to_come(terms=terms, state=called, count=3)
    assert due.amount_cents >= 1_000_000
