"""The demo's own accounts, invented and placed around a date so that each has its promised standing on any day.

KFA-1000001  Maria Alvarez     loan, current, next instalment due within two weeks
KFA-2000001  Maria Alvarez     lease in its last months, one instalment past due and past its grace
KFA-1000002  Samuel Okafor     loan, two instalments past due, with a late fee
KFA-1000003  Grace Nakamura    loan paid two instalments ahead, with a co-borrower
KFA-1000004  Hector Delgado    loan whose next instalment is the last, odd one
KFA-2000002  Priya Rahman      lease in mid-term, current
KFA-2000003  Walter Pemberton  lease in its last months, current
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from deploy.portfolio.months import add_months
from deploy.portfolio.schedule_al_shared import grace_days
from services.accounts.contract.portfolio import (
    PartyRole,
    PortfolioAccount,
    PortfolioLease,
    PortfolioParty,
    PortfolioVehicle,
)
from services.accounts.contract.terms import LeaseTerms, LoanTerms, Opening
from services.accounts.rules.lease_yield import contract_rows
from services.accounts.rules.schedule import amortisation_rows, level_payment_cents

ISSUER = "Kia Finance America"
_UPCOMING_DAYS = 12
_LATE_DAYS = 18
RETURNED_PAYMENT_FEE_CENTS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _LoanPlan:
    """A loan of level payments, all kept so far; `next_number` is the oldest unpaid one, due on `next_due_on`."""

    amount_cents: int
    annual_rate_percent: str
    payment_count: int
    next_number: int
    next_due_on: date
    as_of_on: date
    fees_due_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _LeasePlan:
    """A 36-month lease, all kept so far; `next_number` is the oldest unpaid payment, due on `next_due_on`."""

    next_number: int
    next_due_on: date
    as_of_on: date


def demo_portfolio(*, on: date) -> list[PortfolioAccount]:
    """The seven accounts, as they stand on the date."""
    maria = _person("Maria", "Alvarez", ssn_last4="4821", phone="+12145550142")
    upcoming, late = _due_near(on=on, days=_UPCOMING_DAYS), _due_near(on=on, days=-_LATE_DAYS)
    return [
        _loan(
            "KFA-1000001",
            parties=[maria],
            state="TX",
            vehicle=_kia("Sorento", year=on.year - 1),
            plan=_kept_loan(amount_cents=2_460_000, rate="6.49", count=72, next_number=15, next_due_on=upcoming),
        ),
        _lease(
            "KFA-2000001",
            parties=[maria],
            state="TX",
            vehicle=_kia("EV6", year=on.year - 3),
            plan=_kept_lease(next_number=34, next_due_on=late),
        ),
        *_other_loans(upcoming=upcoming, late=late, year=on.year),
        *_other_leases(upcoming=upcoming, year=on.year),
    ]


def _other_loans(*, upcoming: date, late: date, year: int) -> list[PortfolioAccount]:
    return [
        _loan(
            "KFA-1000002",
            parties=[_person("Samuel", "Okafor", ssn_last4="3307", phone="+13125550117")],
            state="IL",
            vehicle=_kia("Forte", year=year - 2),
            plan=_kept_loan(
                amount_cents=1_825_000,
                rate="8.90",
                count=60,
                next_number=21,
                next_due_on=add_months(on=late, months=-1),
                fees_due_cents=1_889,
            ),
        ),
        _loan(
            "KFA-1000003",
            parties=[
                _person("Grace", "Nakamura", ssn_last4="9150", phone="+12065550163"),
                _person("Kenji", "Nakamura", ssn_last4="2764", phone="+12065550164", role="co_borrower"),
            ],
            state="WA",
            vehicle=_kia("Sportage", year=year - 1),
            plan=replace(
                _kept_loan(amount_cents=2_940_000, rate="4.90", count=60, next_number=14, next_due_on=upcoming),
                next_due_on=add_months(on=upcoming, months=2),
            ),
        ),
        _loan(
            "KFA-1000004",
            parties=[_person("Hector", "Delgado", ssn_last4="6048", phone="+15055550128")],
            state="NM",
            vehicle=_kia("Soul", year=year - 5),
            plan=_kept_loan(amount_cents=1_640_000, rate="5.90", count=60, next_number=60, next_due_on=upcoming),
        ),
    ]


def _other_leases(*, upcoming: date, year: int) -> list[PortfolioAccount]:
    return [
        _lease(
            "KFA-2000002",
            parties=[_person("Priya", "Rahman", ssn_last4="7712", phone="+14045550135")],
            state="GA",
            vehicle=_kia("Telluride", year=year - 1),
            plan=_kept_lease(next_number=19, next_due_on=upcoming),
        ),
        _lease(
            "KFA-2000003",
            parties=[_person("Walter", "Pemberton", ssn_last4="5519", phone="+16025550171")],
            state="AZ",
            vehicle=_kia("Niro", year=year - 3),
            plan=_kept_lease(next_number=35, next_due_on=upcoming),
        ),
    ]


def _due_near(*, on: date, days: int) -> date:
    """The date so many days away, moved back to the 28th when its month may lack the day in other months."""
    near = on + timedelta(days=days)
    return near if near.day <= 28 else near.replace(day=28)


def _kept_loan(
    *, amount_cents: int, rate: str, count: int, next_number: int, next_due_on: date, fees_due_cents: int = 0
) -> _LoanPlan:
    return _LoanPlan(
        amount_cents=amount_cents,
        annual_rate_percent=rate,
        payment_count=count,
        next_number=next_number,
        next_due_on=next_due_on,
        as_of_on=add_months(on=next_due_on, months=-1),
        fees_due_cents=fees_due_cents,
    )


def _kept_lease(*, next_number: int, next_due_on: date) -> _LeasePlan:
    return _LeasePlan(next_number=next_number, next_due_on=next_due_on, as_of_on=add_months(on=next_due_on, months=-1))


def _loan(
    number: str, *, parties: Sequence[PortfolioParty], state: str, vehicle: PortfolioVehicle, plan: _LoanPlan
) -> PortfolioAccount:
    rate = Decimal(plan.annual_rate_percent)
    first_due_on = add_months(on=plan.next_due_on, months=1 - plan.next_number)
    lent_on = add_months(on=first_due_on, months=-1)
    terms = LoanTerms(
        annual_rate_percent=rate,
        day_count="actual/365",
        payment_cents=level_payment_cents(
            principal_cents=plan.amount_cents, annual_rate_percent=rate, payment_count=plan.payment_count
        ),
        payment_count=plan.payment_count,
        first_due_on=first_due_on,
        due_day=first_due_on.day,
        grace_days=grace_days(state),
        returned_payment_fee_cents=RETURNED_PAYMENT_FEE_CENTS,
    )
    rows = amortisation_rows(
        terms=terms,
        principal_cents=plan.amount_cents,
        interest_from_on=lent_on,
        accrued=Decimal(0),
        first_number=1,
    )
    opening = _opening(
        as_of_on=plan.as_of_on,
        balance_cents=rows[plan.next_number - 2].balance_cents,
        next_number=plan.next_number,
        fees_due_cents=plan.fees_due_cents,
    )
    return _account(
        number, parties=parties, state=state, vehicle=vehicle, opened_on=lent_on, terms=terms, opening=opening
    )


def _lease(
    number: str, *, parties: Sequence[PortfolioParty], state: str, vehicle: PortfolioVehicle, plan: _LeasePlan
) -> PortfolioAccount:
    first_due_on = add_months(on=plan.next_due_on, months=1 - plan.next_number)
    terms = LeaseTerms(
        adjusted_capitalized_cost_cents=3_150_000,
        residual_cents=1_890_000,
        term_months=36,
        base_payment_cents=44_979,
        tax_cents=3_261,
        first_due_on=first_due_on,
        due_day=first_due_on.day,
        grace_days=grace_days(state),
    )
    opening = _opening(
        as_of_on=plan.as_of_on,
        balance_cents=contract_rows(terms=terms)[plan.next_number - 2].balance_cents,
        next_number=plan.next_number,
    )
    return _account(
        number, parties=parties, state=state, vehicle=vehicle, opened_on=first_due_on, terms=terms, opening=opening
    )


def _account(
    number: str,
    *,
    parties: Sequence[PortfolioParty],
    state: str,
    vehicle: PortfolioVehicle,
    opened_on: date,
    terms: LoanTerms | LeaseTerms,
    opening: Opening,
) -> PortfolioAccount:
    is_lease = isinstance(terms, LeaseTerms)
    return PortfolioAccount(
        source_ref=f"{ISSUER}/demo/{number}",
        account_number=number,
        product="lease" if is_lease else "loan",
        status="open",
        state=state,
        issuer=ISSUER,
        opened_on=opened_on,
        closed_on=None,
        charged_off_cents=None,
        has_co_borrower=len(parties) > 1,
        vehicle=vehicle,
        terms=terms,
        opening=opening,
        parties=tuple(parties),
        lease=_lease_details() if is_lease else None,
    )


def _lease_details() -> PortfolioLease:
    return PortfolioLease(
        mileage_allowance_miles=36_000,
        excess_mile_cents=20,
        purchase_option_fee_cents=30_000,
        disposition_fee_cents=40_000,
        gross_capitalized_cost_cents=3_300_000,
        capitalized_cost_reduction_cents=150_000,
    )


def _opening(*, as_of_on: date, balance_cents: int, next_number: int, fees_due_cents: int = 0) -> Opening:
    return Opening(
        as_of_on=as_of_on,
        principal_cents=balance_cents,
        accrued_interest_cents=0,
        interest_paid_through_on=as_of_on,
        next_instalment_number=next_number,
        partial_paid_cents=0,
        fees_due_cents=fees_due_cents,
        unapplied_cents=0,
        payments_made=next_number - 1,
    )


def _person(
    first_name: str, last_name: str, *, ssn_last4: str, phone: str, role: PartyRole = "borrower"
) -> PortfolioParty:
    return PortfolioParty(
        first_name=first_name,
        last_name=last_name,
        ssn_last4=ssn_last4,
        phone=phone,
        sms_consent=True,
        email=f"{first_name}.{last_name}@example.com".lower(),
        role=role,
    )


def _kia(model: str, *, year: int) -> PortfolioVehicle:
    return PortfolioVehicle(vin=None, year=year, make="Kia", model=model)
