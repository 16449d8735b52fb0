"""What an account owes on a date is what the engine takes as due, and the last instalment really clears the loan."""

from datetime import date, timedelta

from services.accounts.rules.engine import replay
from services.accounts.rules.standing import Standing, standing
from services.accounts.rules.state import Payment
from services.accounts.rules.terms import LoanTerms, Opening
from tests.unit.accounts.builders import a_loan, a_payment, an_opening, the_reference_lease


def loan_standing(
    on: date, *payments: Payment, terms: LoanTerms | None = None, opening: Opening | None = None
) -> Standing:
    terms, opening = terms or a_loan(), opening or an_opening()
    return standing(terms=terms, state=replay(terms=terms, opening=opening, payments=payments), on=on)


def test_a_loan_before_its_due_date_owes_the_coming_instalment() -> None:
    found = loan_standing(date(2025, 12, 20))
    assert (found.amount_due_cents, found.past_due_cents, found.days_past_due) == (41_237, 0, 0)
    assert (found.next_due_on, found.next_instalment_number) == (date(2026, 1, 5), 1)
    assert found.accrued_interest_cents == 4_868
    assert found.payoff_ceiling_cents == 1_825_000 + 4_868
    assert found.maturity_on == date(2030, 12, 5)


def test_nothing_is_past_due_on_the_due_date_itself() -> None:
    assert loan_standing(date(2026, 1, 5)).past_due_cents == 0
    assert loan_standing(date(2026, 1, 5)).days_past_due == 0


def test_the_day_after_the_due_date_the_instalment_is_past_due_and_the_next_one_due_too() -> None:
    found = loan_standing(date(2026, 1, 6))
    assert (found.past_due_cents, found.amount_due_cents, found.days_past_due) == (41_237, 2 * 41_237, 1)
    assert (found.next_due_on, found.next_instalment_number) == (date(2026, 1, 5), 1)


def test_a_paid_cycle_owes_nothing_until_the_next_one_begins() -> None:
    paid = a_payment(on=date(2026, 1, 2), cents=41_237)
    assert loan_standing(date(2026, 1, 5), paid).amount_due_cents == 0
    found = loan_standing(date(2026, 1, 6), paid)
    assert (found.amount_due_cents, found.next_due_on, found.payments_made) == (41_237, date(2026, 2, 5), 1)


def test_a_paid_ahead_loan_is_neither_due_nor_late() -> None:
    found = loan_standing(date(2026, 2, 20), a_payment(on=date(2026, 1, 5), cents=3 * 41_237, extra="paid_ahead"))
    assert (found.amount_due_cents, found.past_due_cents, found.next_due_on) == (0, 0, date(2026, 4, 5))


def test_paying_the_amount_due_makes_a_late_loan_current() -> None:
    late = loan_standing(date(2026, 3, 20))
    paid = loan_standing(date(2026, 3, 20), a_payment(on=date(2026, 3, 20), cents=late.amount_due_cents))
    assert (late.days_past_due, late.past_due_cents) == (74, 3 * 41_237)
    assert (paid.amount_due_cents, paid.past_due_cents, paid.next_due_on) == (0, 0, date(2026, 5, 5))


def test_the_last_instalment_is_the_odd_amount_that_clears_the_loan() -> None:
    opening = an_opening(principal_cents=50_000, next_instalment_number=60, as_of_on=date(2030, 11, 5))
    on = date(2030, 12, 5)
    found = loan_standing(on, opening=opening)
    assert found.amount_due_cents == found.payoff_ceiling_cents == found.next_instalment_cents == 50_267
    after = loan_standing(on, a_payment(on=on, cents=50_267), opening=opening)
    assert (after.principal_balance_cents, after.amount_due_cents, after.unapplied_cents) == (0, 0, 0)
    assert (after.next_due_on, after.next_instalment_number) == (None, None)


def test_the_last_instalment_shown_early_tells_what_it_will_take_on_its_due_date() -> None:
    opening = an_opening(principal_cents=50_000, next_instalment_number=60, as_of_on=date(2030, 11, 5))
    found = loan_standing(date(2030, 11, 20), opening=opening)
    assert (found.amount_due_cents, found.next_instalment_cents) == (50_133, 50_267)


def test_after_maturity_everything_is_past_due() -> None:
    opening = an_opening(principal_cents=50_000, next_instalment_number=60, as_of_on=date(2030, 11, 5))
    found = loan_standing(date(2030, 12, 25), opening=opening)
    assert found.past_due_cents == found.amount_due_cents == found.payoff_ceiling_cents
    assert found.days_past_due == 20


def test_a_loan_paid_down_early_never_owes_more_than_clears_it() -> None:
    opening = an_opening(principal_cents=10_000, next_instalment_number=19, as_of_on=date(2027, 7, 5))
    found = loan_standing(date(2027, 7, 5), opening=opening)
    assert found.amount_due_cents == found.payoff_ceiling_cents == 10_000


def test_a_loans_credit_is_deducted_but_never_below_zero() -> None:
    few, many = an_opening(unapplied_cents=1_237), an_opening(unapplied_cents=90_000)
    assert loan_standing(date(2026, 1, 6), opening=few).past_due_cents == 40_000
    assert loan_standing(date(2026, 1, 6), opening=many).past_due_cents == 0
    assert loan_standing(date(2026, 1, 6), opening=many).amount_due_cents == 0


def test_a_zero_principal_loan_still_owes_its_fees_in_the_payoff() -> None:
    opening = an_opening(principal_cents=0, next_instalment_number=61, as_of_on=date(2030, 12, 5), fees_due_cents=700)
    assert loan_standing(date(2030, 12, 9), opening=opening).payoff_ceiling_cents == 700


def test_a_lease_owes_instalments_with_tax_and_ends_a_month_after_the_last() -> None:
    terms, opening = the_reference_lease(), an_opening(as_of_on=date(2026, 1, 1), principal_cents=3_150_000)
    found = standing(terms=terms, state=replay(terms=terms, opening=opening, payments=[]), on=date(2026, 2, 20))
    assert (found.past_due_cents, found.amount_due_cents) == (2 * 48_240, 3 * 48_240)
    assert (found.days_past_due, found.accrued_interest_cents) == (36, 0)
    assert found.payoff_ceiling_cents == 36 * 48_240
    assert (found.principal_balance_cents, found.maturity_on) == (3_150_000, date(2029, 1, 15))


def test_a_leases_credit_lowers_what_is_due_and_keeps_it_from_being_late() -> None:
    terms, opening = the_reference_lease(), an_opening(as_of_on=date(2026, 1, 1), principal_cents=3_150_000)
    payment = a_payment(on=date(2026, 1, 15), cents=2 * 48_240 + 240)
    state = replay(terms=terms, opening=opening, payments=[payment])
    ahead = standing(terms=terms, state=state, on=date(2026, 1, 20))
    assert (ahead.amount_due_cents, ahead.next_due_on) == (0, date(2026, 2, 15))
    used = standing(terms=terms, state=state, on=date(2026, 2, 20))
    assert (used.days_past_due, used.amount_due_cents, used.payments_made) == (0, 48_000, 2)


def test_a_finished_lease_owes_nothing() -> None:
    terms, on = the_reference_lease(), date(2029, 1, 20)
    opening = an_opening(as_of_on=on - timedelta(days=9), principal_cents=1_890_000, next_instalment_number=37)
    found = standing(terms=terms, state=replay(terms=terms, opening=opening, payments=[]), on=on)
    assert (found.amount_due_cents, found.next_due_on, found.payoff_ceiling_cents) == (0, None, 0)
