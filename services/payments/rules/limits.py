"""Whether an account can take a payment, and how long a request that was cut off may still arrive."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from chassis.money import format_dollars
from services.payments.contract.errors import AccountTakesNoPayments, AmountTooLarge

FINISHED_ACCOUNTS = {
    "paid_off": "The account is paid off: nothing is owed any more. Contact us if you believe that is wrong.",
    "closed": AccountTakesNoPayments.detail,
    "charged_off": "The account was charged off and is no longer paid here. Contact us about what is still owed.",
}
IN_FLIGHT = timedelta(seconds=4)


def headroom_cents(*, payoff_ceiling_cents: int, pending_cents: int) -> int:
    """What the account can still take today, never below zero.

    Of a loan the ceiling is its payoff. Of a lease it is the remaining instalments and the fees: buying the car and
    ending early are acts of their own with their own quote, so money meant for them is not taken here. Payments that
    are not in the balance yet are counted as if they were.
    """
    return max(0, payoff_ceiling_cents - pending_cents)


def refuse_unpayable(*, standing: Mapping[str, Any], pending_cents: int, amount_cents: int) -> None:
    """Raises AccountTakesNoPayments or AmountTooLarge; `standing` needs status and payoff_ceiling_cents."""
    if standing["status"] in FINISHED_ACCOUNTS:
        raise AccountTakesNoPayments(FINISHED_ACCOUNTS[standing["status"]])
    headroom = headroom_cents(payoff_ceiling_cents=standing["payoff_ceiling_cents"], pending_cents=pending_cents)
    if amount_cents > headroom:
        raise AmountTooLarge(_too_large(headroom=headroom, pending_cents=pending_cents))


def with_quote(standing: Mapping[str, Any], *, quoted_cents: int | None) -> Mapping[str, Any]:
    """The standing for a payment that names a payoff quote: what was promised to close the account may be paid."""
    if quoted_cents is None:
        return standing
    return {**standing, "payoff_ceiling_cents": max(standing["payoff_ceiling_cents"], quoted_cents)}


def can_take(*, standing: Mapping[str, Any], pending_cents: int, amount_cents: int) -> bool:
    """Whether `refuse_unpayable` would let the payment pass."""
    try:
        refuse_unpayable(standing=standing, pending_cents=pending_cents, amount_cents=amount_cents)
    except (AccountTakesNoPayments, AmountTooLarge):
        return False
    return True


def may_still_arrive(*, unknown_at: datetime, now: datetime) -> bool:
    """Whether a charge request that was cut off might yet reach the processor, so that "not found" proves nothing."""
    return now - unknown_at < IN_FLIGHT


def _too_large(*, headroom: int, pending_cents: int) -> str:
    pending = f", because {format_dollars(pending_cents)} is already on its way" if pending_cents else ""
    if headroom == 0:
        return f"Nothing is left to pay on this account now{pending}. No payment is needed."
    return f"This account can take at most {format_dollars(headroom)} now{pending}. Enter a smaller amount."
