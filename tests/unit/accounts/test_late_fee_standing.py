"""A late fee is a decision; whether it stands follows from the money that had come in when it became chargeable."""

from dataclasses import replace
from datetime import date

import pytest

from services.accounts.rules.assessing import decide_late_fee
from services.accounts.rules.engine import apply_event, replay
from services.accounts.rules.events import Acceleration, AccountEvent, InvalidEvent, LateFee, Waiver
from services.accounts.rules.history import History
from services.accounts.rules.lateness import unpaid_cents
from services.accounts.rules.state import AccountState, EventOutOfOrder
from tests.unit.accounts.builders import a_late_fee, a_loan, a_payment, an_opening, the_reference_lease, undone

DUE_ON = date(2026, 3, 5)
TERMS = a_loan(first_due_on=DUE_ON)
OPENING = an_opening(as_of_on=date(2026, 2, 5))
TEXAN = a_late_fee(terms=TERMS, number=1)


def account(*events: AccountEvent) -> AccountState:
    return replay(terms=TERMS, opening=OPENING, events=events)


@pytest.mark.parametrize(
    ("state", "cents", "from_on"),
    [
        ("TX", 2_061, date(2026, 3, 21)),
        ("PA", 824, date(2026, 3, 16)),
        ("KS", 2_061, date(2026, 3, 16)),
        ("NJ", 1_000, date(2026, 3, 16)),
        ("OK", 2_061, date(2026, 3, 16)),
    ],
)
def test_an_instalment_that_nobody_paid_costs_what_its_state_allows(state: str, cents: int, from_on: date) -> None:
    fee = a_late_fee(terms=TERMS, number=1, state=state)
    charged = account(fee)
    assert (charged.fees_due_cents, fee.effective_on) == (cents, from_on)
    assert charged.allocations[-1].kind == "late_fee"
    assert charged.allocations[-1].explanation["unpaid_cents"] == 41_237


def test_in_kansas_only_the_unpaid_part_counts_even_where_it_is_learnt_later() -> None:
    fee = a_late_fee(terms=TERMS, number=1, state="KS")
    part = a_payment(on=date(2026, 3, 4), cents=30_000)
    assert account(part, fee).fees_due_cents == 561
    assert account(a_payment(on=date(2026, 3, 16), cents=30_000), fee).fees_due_cents == 2_061
    whole = a_late_fee(terms=TERMS, number=1, state="KS", unpaid_cents=11_237)
    assert account(whole).fees_due_cents == whole.amount_cents == 561


def test_a_payment_found_to_have_been_in_time_takes_the_fee_away() -> None:
    in_time = a_payment(on=date(2026, 3, 20), cents=41_237)
    state = account(TEXAN, in_time)
    assert state.fees_due_cents == 0
    fee = state.allocations[-1]
    assert (fee.kind, fee.amount_cents, fee.explanation["decided_cents"]) == ("late_fee_reversed", 0, 2_061)


def test_a_payment_on_the_first_day_after_grace_does_not() -> None:
    late = a_payment(on=date(2026, 3, 21), cents=41_237)
    assert account(TEXAN, late).fees_due_cents == 2_061
    decided_later = a_late_fee(terms=TERMS, number=1, decided_on=date(2026, 3, 30))
    assert account(late, decided_later).fees_due_cents == 2_061


def test_when_the_payment_in_time_is_returned_the_fee_stands_again() -> None:
    in_time = a_payment(on=date(2026, 3, 20), cents=41_237)
    state = account(TEXAN, in_time, undone(in_time, on=date(2026, 3, 27)))
    assert state.fees_due_cents == 2_061
    assert state.allocations[-1].kind == "late_fee"


def test_a_fee_decided_after_a_return_bears_the_date_of_the_decision() -> None:
    paid = a_payment(on=DUE_ON, cents=41_237)
    fee = a_late_fee(terms=TERMS, number=1, decided_on=date(2026, 3, 30))
    state = account(paid, undone(paid, on=date(2026, 3, 30)), fee)
    assert (state.fees_due_cents, state.allocations[-1].effective_on) == (2_061, date(2026, 3, 30))
    assert account(paid, fee).fees_due_cents == 0


def test_a_fee_decided_at_the_end_needs_what_was_paid_before_it_was_chargeable() -> None:
    fee = a_late_fee(terms=TERMS, number=1, decided_on=date(2026, 3, 30))
    state = account(a_payment(on=date(2026, 3, 25), cents=100))
    with pytest.raises(EventOutOfOrder):
        apply_event(terms=TERMS, state=state, event=fee)
    earlier = account(a_payment(on=date(2026, 3, 7), cents=100))
    assert apply_event(terms=TERMS, state=earlier, event=fee).fees_due_cents == 2_061


def test_no_fee_stands_once_the_whole_balance_was_called_due() -> None:
    called = Acceleration(source_key="acceleration", effective_on=date(2026, 3, 10), reason="default")
    state = account(called, TEXAN)
    assert (state.fees_due_cents, state.allocations[-1].kind) == (0, "late_fee_reversed")


def test_what_is_unpaid_of_a_fee_can_be_waived() -> None:
    waiver = Waiver(source_key="waiver", effective_on=date(2026, 4, 2), fee_key=TEXAN.source_key, reason="goodwill")
    state = account(TEXAN, waiver)
    assert (state.fees_due_cents, state.allocations[-1].fees_cents) == (0, 2_061)
    part_paid = account(TEXAN, a_payment(on=date(2026, 3, 31), cents=2 * 41_237 + 561), waiver)
    assert part_paid.allocations[-1].amount_cents == 2_061 - 561
    gone = account(TEXAN, a_payment(on=DUE_ON, cents=41_237), waiver)
    assert (gone.allocations[-1].kind, gone.allocations[-1].amount_cents) == ("fee_waived", 0)


def test_credit_that_pays_a_lease_instalment_on_its_due_date_is_in_time() -> None:
    terms, opening = the_reference_lease(), an_opening(as_of_on=date(2026, 1, 1), principal_cents=3_150_000)
    ahead = a_payment(on=date(2026, 1, 15), cents=2 * 48_240)
    fee = a_late_fee(terms=terms, number=2)
    assert replay(terms=terms, opening=opening, events=[ahead, fee]).fees_due_cents == 0
    less = replace(ahead, amount_cents=ahead.amount_cents - 1)
    assert replay(terms=terms, opening=opening, events=[less, fee]).fees_due_cents == 2_412


def test_a_fee_cannot_be_decided_before_it_is_chargeable() -> None:
    with pytest.raises(InvalidEvent, match="before it is chargeable"):
        replace(TEXAN, effective_on=date(2026, 3, 20))


class TestASmallLastInstalment:
    """$50.00 of principal are left for the sixtieth instalment, with $0.28 of interest: five per cent are $2.51."""

    TERMS = a_loan(first_due_on=date(2026, 1, 5))
    OPENING = an_opening(principal_cents=5_000, next_instalment_number=60, as_of_on=date(2030, 11, 5))
    DECIDED_ON = date(2030, 12, 21)

    def decided(self, *events: AccountEvent) -> LateFee:
        history = History(events=events, held={})
        state = replay(terms=self.TERMS, opening=self.OPENING, events=events)
        return decide_late_fee(
            terms=self.TERMS,
            state=state,
            history=history,
            number=60,
            pack="TX",
            on=self.DECIDED_ON,
            source_key="late_fee:60",
        )

    def test_is_charged_for_what_it_asks_and_not_for_a_whole_one(self) -> None:
        fee = self.decided()
        assert (fee.instalment_cents, fee.amount_cents) == (5_027, 251)
        charged = replay(terms=self.TERMS, opening=self.OPENING, events=[fee])
        assert (charged.fees_due_cents, charged.allocations[-1].explanation["unpaid_cents"]) == (251, 5_027)

    def test_counts_what_it_received_as_part_of_what_it_asked(self) -> None:
        fee = self.decided(a_payment(on=date(2030, 11, 30), cents=2_000))
        assert fee.instalment_cents == 5_025
        assert fee.amount_cents == 251

    def test_is_charged_after_unpaid_ones_for_the_rest_alone(self) -> None:
        opening = an_opening(principal_cents=43_000, next_instalment_number=59, as_of_on=date(2030, 10, 5))
        state = replay(terms=self.TERMS, opening=opening)
        assert unpaid_cents(terms=self.TERMS, state=state, number=59) == 41_237
        assert unpaid_cents(terms=self.TERMS, state=state, number=60) == 43_000 + 466 - 41_237
