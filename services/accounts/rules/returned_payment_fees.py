"""What a payment that came back may cost: what the contract says, and no more than the law of the customer's state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.accounts.rules.terms import Terms

# Insufficient and uncollected funds, by the codes of the ACH network.
MISSING_FUNDS = frozenset({"R01", "R09"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedPaymentCap:
    """The most that a jurisdiction allows for payments returned on or after `effective_from`.

    `effective_from` is the earliest day for which this wording is known.
    """

    jurisdiction: str
    effective_from: date
    citation: str
    most_cents: int


# Read from the statutes' published text; a change of law is a new cap with its own date, never an edit.
RETURNED_PAYMENT_CAPS: tuple[ReturnedPaymentCap, ...] = (
    ReturnedPaymentCap(
        jurisdiction="NJ",
        effective_from=date(2016, 10, 11),
        citation="N.J. Stat. § 17:16C-42(e)",
        most_cents=2_000,
    ),
)


def returned_payment_fee_cents(*, terms: Terms, jurisdiction: str | None, return_code: str | None, on: date) -> int:
    """What the contract charges for a return, as far as the law of its state lets it.

    Nothing unless the funds were missing, for then nobody else failed.
    """
    if return_code not in MISSING_FUNDS:
        return 0
    cap = returned_payment_cap(jurisdiction=jurisdiction, on=on)
    asked = terms.returned_payment_fee_cents
    return asked if cap is None else min(asked, cap.most_cents)


def returned_payment_cap(
    *, jurisdiction: str | None, on: date, caps: Sequence[ReturnedPaymentCap] = RETURNED_PAYMENT_CAPS
) -> ReturnedPaymentCap | None:
    """The cap in force on a day; None where the law of the state is not known to set one."""
    in_force = [cap for cap in caps if cap.jurisdiction == jurisdiction and cap.effective_from <= on]
    return max(in_force, key=lambda cap: cap.effective_from, default=None)
