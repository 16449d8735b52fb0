"""The ways out of a lease side by side: which are open, what each costs, and when."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.context import CallContext
from chassis.money import format_dollars
from chassis.store import Row, Transaction
from services.leases.models import facts_of, lease_eligibilities, newest_renewal, option_under_way
from services.leases.queries.lease import read_lease
from services.leases.queries.readings import mileage_outlook, read_readings
from services.leases.rules import BUYOUT, EXTENSION, TURN_IN, Facts, evaluate
from services.leases.rules.calendar import calendar_file, lease_dates
from services.leases.rules.prices import (
    LOYALTY_DAYS,
    buyout_price,
    extension_price,
    figures_of,
    purchase_lines,
    turn_in_price,
)
from services.leases.rules.renewal import RENEWAL_DAYS, renewal_as_told
from services.leases.rules.state_policies import SOURCE as STATE_SOURCE
from services.leases.rules.state_policies import state_policy
from services.leases.rules.wear import SOURCE as WEAR_SOURCE

POLICIES = (
    {"subject": "Sales tax and official fees by state", "source": STATE_SOURCE},
    {"subject": "Normal wear and its charges", "source": WEAR_SOURCE},
    {"subject": "When options open", "source": "sample policy: 120 days before the end"},
    {
        "subject": "When a lease from month to month is renewed",
        "source": f"sample policy: {RENEWAL_DAYS} days before the end of each month",
    },
)


def get_lease_end(
    transaction: Transaction, *, caller: CallContext, figures: Mapping[str, Any] | None, account_id: str, today: date
) -> dict[str, Any]:
    """The options as they stand today, with prices from accounts' `figures` (None: it was not there to be asked).

    Raises NotFound.
    """
    lease = read_lease(transaction, caller=caller, account_id=account_id)
    evaluated = transaction.one(select(lease_eligibilities).where(lease_eligibilities.c.account_id == UUID(account_id)))
    assert evaluated is not None, "a lease is evaluated when it is taken over"
    facts = read_facts(transaction, account_id=UUID(account_id))
    outlook = mileage_outlook(lease=lease, readings=read_readings(transaction, lease=lease), ends_on=facts.ends_on)
    renewal = transaction.one(newest_renewal(lease["account_id"]))
    under_way = transaction.one(option_under_way(lease["account_id"]))
    prices = {} if figures is None else _prices(lease, told=figures, excess_cents=outlook["excess_cents"])
    return {
        "account_id": account_id,
        "ends_on": facts.ends_on,
        "days_left": (facts.ends_on - today).days,
        "options": [
            {
                "option": option,
                "eligible": not found,
                "reasons": found,
                "price": prices.get(option),
                "option_id": str(under_way["id"]) if under_way and under_way["option"] == option else None,
            }
            for option, found in sorted(evaluate(facts=facts, on=today).items())
        ],
        "evaluated_at": evaluated["evaluated_at"],
        "evaluated_because": str(evaluated["cause_event_id"]) if evaluated["cause_event_id"] else None,
        "mileage": outlook,
        "dates": lease_dates(ends_on=facts.ends_on),
        "policies": POLICIES,
        "renewal": None if renewal is None else renewal_as_told(renewal),
    }


def get_lease_calendar(
    transaction: Transaction, *, caller: CallContext, account_id: str, now: datetime
) -> dict[str, Any]:
    """The dates of the lease's end as a calendar file. Raises NotFound."""
    lease = read_lease(transaction, caller=caller, account_id=account_id)
    facts = read_facts(transaction, account_id=lease["account_id"])
    return {"text": calendar_file(account_id=account_id, dates=lease_dates(ends_on=facts.ends_on), made_at=now)}


def read_facts(transaction: Transaction, *, account_id: UUID) -> Facts:
    """What an evaluation of the lease rests on now."""
    facts = transaction.one(facts_of(account_id))
    assert facts is not None, "a lease is stored together with its standing"
    return Facts(**facts)


def _prices(lease: Row, *, told: Mapping[str, Any], excess_cents: int | None) -> dict[str, dict[str, Any] | None]:
    figures, policy = figures_of(told), state_policy(state=told["state"])
    disposition_cents = lease["disposition_fee_cents"] or 0
    turn_in = turn_in_price(
        figures=figures, excess_cents=excess_cents, wear_cents=0, disposition_fee_cents=disposition_cents,
        policy=policy,
    )  # fmt: skip
    notes = ["Wear beyond what is normal comes on top: the self-check of a turn-in estimates it."]
    if excess_cents is None:
        notes.append("Miles beyond the allowance are not counted: we have no reading to carry on.")
    if disposition_cents:
        notes.append(
            f"The disposition fee of {format_dollars(disposition_cents)} is waived where you lease or finance another "
            f"vehicle with us within {LOYALTY_DAYS} days."
        )
    buying = None
    if policy is not None:
        added = purchase_lines(
            lease_balance_cents=figures.lease_balance_cents, is_at_end=figures.instalments_to_come == 0,
            option_fee_cents=lease["purchase_option_fee_cents"] or 0, policy=policy,
        )  # fmt: skip
        buying = buyout_price(figures=figures, added=added).shown(notes=["You pay for no miles and no wear."])
    extending = extension_price(figures=figures, months=1)
    return {
        BUYOUT: buying,
        TURN_IN: turn_in.shown(notes=notes),
        EXTENSION: extending.shown(notes=["For one month; each further one adds another instalment."]),
    }
