"""One Schedule AL lease as an account that can be serviced from the day after its reporting period.

Tax is not in the format: it is what the next amount due exceeds the base payment by, while that looks like a tax. The
reported balance is the lessor's book value; it opens the account only if the remaining payments and the residual can
reach it at a yield, else the agreed constant-yield balance does.
"""

from datetime import date, timedelta

from deploy.portfolio.months import add_months, months_between, next_with_day
from deploy.portfolio.schedule_al_fields import Record
from deploy.portfolio.schedule_al_shared import (
    balance_and_status,
    closing_date,
    finished_opening,
    grace_days,
    identity_of,
    oldest_due_on,
    state_of,
    vehicle_of,
)
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioLease
from services.accounts.contract.terms import InvalidTerms, LeaseTerms, Opening
from services.accounts.rules.lease_yield import YieldNotSolvable, contract_rows, monthly_yield

_TAX_PERCENT_MAX = 15
_NOT_REPORTED = PortfolioLease(
    mileage_allowance_miles=None, excess_mile_cents=None, purchase_option_fee_cents=None, disposition_fee_cents=None
)


def lease_account(record: Record, *, pool: str) -> PortfolioAccount:
    """The account of one lease record; raises MalformedPortfolio where it lacks what servicing needs."""
    identity = identity_of(record, pool=pool)
    if record.text("paymentTypeCode") not in (None, "2"):
        record.refuse("paymentTypeCode", "Only leases paid monthly can be serviced.")
    balance, status = balance_and_status(
        record,
        balance_field="reportingPeriodEndingActualBalanceAmount",
        charged_off_field="chargedOffAmount",
        charged_off_code="3",
    )
    period_end = record.required("reportingPeriodEndDate", record.day("reportingPeriodEndDate"))
    next_due = _next_due_on(record, period_end=period_end)
    try:
        terms = _terms(record, due_day=next_due.day)
        return PortfolioAccount(
            source_ref=identity.source_ref,
            account_number=identity.account_number,
            product="lease",
            status=status,
            state=state_of(record, "lesseeGeographicLocation"),
            issuer=identity.issuer,
            opened_on=record.month("originationDate"),
            closed_on=None if status == "open" else closing_date(record, period_end=period_end),
            charged_off_cents=record.cents("chargedOffAmount") if status == "charged_off" else None,
            has_co_borrower=record.boolean("coLesseePresentIndicator"),
            vehicle=vehicle_of(record),
            terms=terms,
            opening=_opening(record, terms=terms, balance=balance, period_end=period_end, next_due_on=next_due)
            if status == "open"
            else finished_opening(period_end=period_end, payment_count=terms.term_months),
            parties=(),
            lease=_NOT_REPORTED,
        )
    except (InvalidTerms, YieldNotSolvable) as refusal:
        record.refuse("acquisitionCost", str(refusal))


def _opening(record: Record, *, terms: LeaseTerms, balance: int, period_end: date, next_due_on: date) -> Opening:
    months = months_between(start=terms.first_due_on, end=next_due_on)
    number = max(1, min(months, terms.term_months) + 1)
    return Opening(
        as_of_on=period_end + timedelta(days=1),
        principal_cents=_opening_balance(terms, reported_cents=balance, next_number=number),
        accrued_interest_cents=0,
        interest_paid_through_on=period_end + timedelta(days=1),
        next_instalment_number=number,
        partial_paid_cents=0,
        fees_due_cents=record.cents("otherAssessedUncollectedServicerFeeAmount") or 0,
        unapplied_cents=0,
        payments_made=number - 1,
    )


def _terms(record: Record, *, due_day: int) -> LeaseTerms:
    first_month = record.month("originalFirstPaymentDate") or record.month("originationDate")
    first_month = record.required("originalFirstPaymentDate", first_month)
    residual = record.cents("contractResidualValue")
    if residual is None:
        residual = record.cents("baseResidualValue")
    base = record.cents("reportingPeriodScheduledPaymentAmount")
    base = record.required("reportingPeriodScheduledPaymentAmount", base)
    return LeaseTerms(
        adjusted_capitalized_cost_cents=record.required("acquisitionCost", record.cents("acquisitionCost")),
        residual_cents=record.required("contractResidualValue", residual),
        term_months=record.required("originalLeaseTermNumber", record.integer("originalLeaseTermNumber")),
        base_payment_cents=base,
        tax_cents=_tax_cents(record, base_cents=base),
        first_due_on=add_months(on=first_month, months=0, day=due_day),
        due_day=due_day,
        grace_days=grace_days(state_of(record, "lesseeGeographicLocation")),
    )


def _tax_cents(record: Record, *, base_cents: int) -> int:
    over = (record.cents("nextReportingPeriodPaymentAmountDue") or 0) - base_cents
    late = record.integer("currentDelinquencyStatus")
    return over if not late and 0 < over * 100 <= base_cents * _TAX_PERCENT_MAX else 0


def _next_due_on(record: Record, *, period_end: date) -> date:
    """Paid in advance, a lease is paid through the day its next payment is due."""
    oldest_due = oldest_due_on(record, period_end=period_end)
    if oldest_due is not None:
        return oldest_due
    paid_through = record.day("paidThroughDate")
    if paid_through is not None and paid_through > period_end:
        return paid_through
    return next_with_day(on=period_end + timedelta(days=1), day=paid_through.day if paid_through else 1)


def _opening_balance(terms: LeaseTerms, *, reported_cents: int, next_number: int) -> int:
    rows = contract_rows(terms=terms)
    remaining = terms.term_months - next_number + 1
    if remaining == 0:
        return terms.residual_cents
    try:
        monthly_yield(
            balance_cents=reported_cents,
            residual_cents=terms.residual_cents,
            payment_cents=terms.base_payment_cents,
            payment_count=remaining,
        )
    except YieldNotSolvable:
        return rows[next_number - 2].balance_cents if next_number > 1 else terms.adjusted_capitalized_cost_cents
    return max(reported_cents, terms.residual_cents)
