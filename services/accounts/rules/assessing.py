"""May this instalment be charged a late fee today, and how much? The decision, not yet its standing."""

from dataclasses import replace
from datetime import date

from services.accounts.rules.amendments import in_force
from services.accounts.rules.engine import apply_credit
from services.accounts.rules.events import LateFee
from services.accounts.rules.history import History, replay_history
from services.accounts.rules.late_fees import DEFAULT_PACK, NoLateFeeRule, chargeable_from, late_fee
from services.accounts.rules.late_fees import LateFee as Allowed
from services.accounts.rules.lateness import asked_cents, unpaid_cents
from services.accounts.rules.schedule import due_on
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import Terms


class NotChargeable(ValueError):
    """No late fee may be charged for this instalment today; the message says why."""


def pack_of(*, terms: Terms, jurisdiction: str | None) -> str:
    """The name of the rule pack that a contract follows: its own, else that of the customer's state."""
    return terms.late_fee_pack or jurisdiction or DEFAULT_PACK


def grace_days(*, terms: Terms, jurisdiction: str | None, due_on: date) -> int:
    """How long after a due date no late fee is charged: the contract's days, or the statute's where those are more."""
    try:
        first_on = chargeable_from(
            state=pack_of(terms=terms, jurisdiction=jurisdiction), due_on=due_on, grace_days=terms.grace_days,
            grace_rolls=terms.grace_rolls,
        )  # fmt: skip
    except NoLateFeeRule:
        return terms.grace_days
    return (first_on - due_on).days - 1


def decide_late_fee(
    *, terms: Terms, state: AccountState, history: History, number: int, pack: str, on: date, source_key: str
) -> LateFee:
    """The fee for an instalment that is unpaid today and was unpaid when its grace ended. Raises NotChargeable.

    `history` is what made the state; `pack` names the rule pack that the contract follows.
    """
    state = apply_credit(terms=terms, state=state, through_on=on)
    amended = in_force(terms=terms, state=state)
    _require(not state.is_accelerated, "The whole balance was called due; no late fee is charged from then on.")
    _require(1 <= number <= amended.payment_count, f"There is no instalment {number}.")
    unpaid = unpaid_cents(terms=amended, state=state, number=number)
    _require(unpaid > 0, f"Instalment {number} is paid, or misses no more than what went to earlier fees.")
    due, asked = due_on(terms=amended, number=number), asked_cents(terms=amended, state=state, number=number)
    allowed = _allowed(terms=amended, pack=pack, asked=asked, unpaid=unpaid, due=due, on=on)
    _require(on >= allowed.chargeable_from, f"Instalment {number} is in grace; ask from {allowed.chargeable_from} on.")
    _require(allowed.late_fee_cents > 0, f"Instalment {number} could be charged through {allowed.chargeable_through}.")
    decided = LateFee(
        source_key=source_key,
        effective_on=on,
        amount_cents=allowed.late_fee_cents,
        instalment_number=number,
        instalment_cents=asked,
        due_on=due,
        chargeable_from=allowed.chargeable_from,
        state=pack,
    )
    _require(
        _stands(terms=terms, state=state, history=history, fee=decided),
        f"Instalment {number} was paid before its grace ended.",
    )
    return decided


def _allowed(*, terms: Terms, pack: str, asked: int, unpaid: int, due: date, on: date) -> Allowed:
    try:
        return late_fee(
            state=pack,
            instalment_cents=asked,
            unpaid_cents=unpaid,
            due_on=due,
            as_of=on,
            grace_days=terms.grace_days,
            grace_rolls=terms.grace_rolls,
        )
    except NoLateFeeRule as error:
        raise NotChargeable(str(error)) from error


def _stands(*, terms: Terms, state: AccountState, history: History, fee: LateFee) -> bool:
    with_fee = replace(history, events=[*history.events, fee])
    replayed = replay_history(terms=terms, opening=state.opening, history=with_fee)
    return any(each.source_key == fee.source_key and each.amount_cents for each in replayed.allocations)


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise NotChargeable(sentence)
