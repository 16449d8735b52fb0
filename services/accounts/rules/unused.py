"""What of a lease's instalments is for days after it has ended: each is paid in advance, for the time to the next."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from chassis.money import round_half_up_cents
from services.accounts.rules.schedule import due_on, instalments_due_before
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LeaseTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """Cents, and the tax in them, for the days from a date on: of the instalment due last, and of those paid ahead.

    `unused_days` of the `of_days` from that instalment to the next; both are zero before the first one is due.
    """

    cents: int
    tax_cents: int
    ahead_cents: int
    unused_days: int
    of_days: int

    @property
    def explanation(self) -> dict[str, int]:
        names = ("ahead_cents", "unused_days", "of_days")
        told = {name: getattr(self, name) for name in names}
        return {"unused_cents": self.cents, "unused_tax_cents": self.tax_cents, **told}


NOTHING = Unused(cents=0, tax_cents=0, ahead_cents=0, unused_days=0, of_days=0)


def unused(*, terms: LeaseTerms, state: AccountState, on: date) -> Unused:
    """Of a state in which every instalment due by `on` counts as paid; half up to the cent (50 USC 3955(e) and (f))."""
    last = instalments_due_before(terms=terms, on=on + timedelta(days=1))
    unused_days = of_days = 0
    if last:
        from_on, to_on = due_on(terms=terms, number=last), due_on(terms=terms, number=last + 1)
        unused_days, of_days = max(0, (to_on - on).days), (to_on - from_on).days
    share = Decimal(unused_days) / (of_days or 1)
    whole = max(0, state.next_instalment_number - 1 - last)
    ahead = whole * terms.payment_cents + state.partial_paid_cents
    ahead_tax = whole * terms.tax_cents + max(0, state.partial_paid_cents - terms.base_payment_cents)
    return Unused(
        cents=round_half_up_cents(terms.payment_cents * share) + ahead,
        tax_cents=round_half_up_cents(terms.tax_cents * share) + ahead_tax,
        ahead_cents=ahead,
        unused_days=unused_days,
        of_days=of_days,
    )
