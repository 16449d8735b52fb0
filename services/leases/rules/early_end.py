"""What ending a lease early costs (12 CFR 1013.4(g)), what it rests on, and when a servicemember owes no charge."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from chassis.money import format_dollars
from services.leases.rules.ending import early_termination_charge_cents
from services.leases.rules.prices import Figures, PriceLine
from services.leases.rules.state_policies import StatePolicy
from services.leases.rules.turn_in import charged

APPRAISAL = (
    "You may have the vehicle appraised at your own cost by an independent third party that both of us agree on; that "
    "value then binds us both (12 CFR 1013.4(l))."
)
SERVICEMEMBERS = (
    "A servicemember called to active duty for 180 days or more, or sent abroad or deployed for as long, may end the "
    "lease with written notice and a copy of the orders, and returns the vehicle within 15 days of it. No charge for "
    "the early end is made. What fell due before it stays owed, the last payment for the days before the notice and "
    "the vehicle were here alone; what was paid for the days after is sent back (50 USC 3955)."
)


RETURN_DAYS = 15


def ended_on(*, noticed_on: date, returned_on: date) -> date:
    """The day from which a servicemember owes no rent: notice and vehicle are both here (50 USC 3955(d) and (e))."""
    return max(noticed_on, returned_on)


def misfit_of_orders(
    *, signed_on: date, orders_on: date, noticed_on: date, returned_on: date, today: date
) -> str | None:  # fmt: skip
    """Why a servicemember's end is not the law's (50 USC 3955(b) and (c)), in a sentence; None where it is.

    A lease that is signed in knowledge of the orders, or a vehicle that is kept, is charged like any other early end.
    """
    if orders_on < signed_on:
        return f"The orders of {orders_on} are older than the lease of {signed_on}."
    if noticed_on < orders_on:
        return f"The notice of {noticed_on} came before the orders of {orders_on}."
    if noticed_on > today:
        return f"The notice of {noticed_on} has not come yet: today is {today}."
    if returned_on > noticed_on + timedelta(days=RETURN_DAYS):
        return f"The vehicle came back on {returned_on}, more than {RETURN_DAYS} days after the notice of {noticed_on}."
    return None


def misfit_of_return(*, return_on: date, today: date) -> str | None:
    """Why the vehicle cannot be brought on that day after a notice of today, with the days that can be chosen."""
    last_on = today + timedelta(days=RETURN_DAYS)
    if today <= return_on <= last_on:
        return None
    return (
        f"The vehicle cannot come back on {return_on}. Choose a day from {today}, which is today, to {last_on}, the "
        f"last of the {RETURN_DAYS} days after your notice."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyEnd:
    """The parts of the charge; `fee` lines are what the contract adds, with the state's tax on them."""

    figures: Figures
    fees: tuple[PriceLine, ...]
    realized_value_cents: int | None
    is_servicemember_on_record: bool

    @property
    def parts(self) -> dict[str, int]:
        taxes = sum(line.amount_cents for line in self.fees if line.code == "tax_on_charges")
        fees = sum(line.amount_cents for line in self.fees) - taxes
        return {
            "past_due_cents": max(0, self.figures.instalments_due_cents - self.figures.credit_cents),
            "fees_cents": self.figures.fees_due_cents + fees,
            "taxes_cents": taxes,
        }

    @property
    def credit_cents(self) -> int:
        """What is left of the customer's credit once it has paid what is past due: it pays of the rest."""
        return max(0, self.figures.credit_cents - self.figures.instalments_due_cents)

    @property
    def charge_cents(self) -> int | None:
        if self.realized_value_cents is None:
            return None
        charge = early_termination_charge_cents(
            lease_balance_cents=self.figures.lease_balance_cents, realized_value_cents=self.realized_value_cents,
            **self.parts,
        )  # fmt: skip
        return max(0, charge - self.credit_cents)

    def told(self, *, account_id: str) -> dict[str, Any]:
        """As `contract.early_ends.EarlyTerminationQuote` has it."""
        balance, parts = self.figures.lease_balance_cents, self.parts
        return {
            "account_id": account_id,
            "on": self.figures.on,
            "adjusted_lease_balance_cents": balance,
            **parts,
            "owed_before_value_cents": balance + sum(parts.values()),
            "realized_value_cents": self.realized_value_cents,
            "charge_cents": self.charge_cents,
            "credit_cents": self.credit_cents,
            "servicemember_cents": max(0, self._servicemember_cents),
            "servicemember_refund_cents": max(0, -self._servicemember_cents),
            "method": self._method(balance, parts),
            "appraisal": APPRAISAL,
            "servicemembers": SERVICEMEMBERS,
            "is_servicemember_on_record": self.is_servicemember_on_record,
        }

    @property
    def _servicemember_cents(self) -> int:
        """What is due, without what of it is for days to come; less than zero: what goes back."""
        owed = self.figures.instalments_due_cents + self.figures.fees_due_cents
        return owed - self.figures.credit_cents - self.figures.unused_cents

    def _method(self, balance_cents: int, parts: dict[str, int]) -> list[str]:
        yielded = (
            "Every payment first covers a rent charge at one rate on what was left after it; the rest lowers the "
            "balance. All payments and the residual together are worth the adjusted capitalized cost at that rate."
        )
        balance = format_dollars(balance_cents)
        owed = (
            f"To it come {format_dollars(parts['past_due_cents'])} of payments past due, "
            f"{format_dollars(parts['fees_cents'])} of fees and {format_dollars(parts['taxes_cents'])} of taxes."
        )
        value = (
            "From that sum we take what the vehicle brings: its sale price, the highest offer or its fair value. "
            "What it costs us to sell is not taken off that value; a sum below zero is charged as nothing."
        )
        return [
            "The method is the constant yield method (Regulation M, 12 CFR 1013, comment 4(g)).",
            yielded,
            f"After every payment due by {self.figures.on} the adjusted lease balance is {balance}.",
            owed,
            value,
        ]


def early_fees(*, disposition_fee_cents: int, policy: StatePolicy | None) -> tuple[PriceLine, ...]:
    """What the contract adds when a lease ends early: the fee for disposing of the vehicle, and the state's tax."""
    return charged(excess_cents=0, wear_cents=0, disposition_cents=disposition_fee_cents, policy=policy)
