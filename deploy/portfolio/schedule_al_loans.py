"""One Schedule AL loan as an account that can be serviced from the day after its reporting period.

The format has no due day, no payment number and no late-charge grace, so they are derived. A delinquent loan's oldest
unpaid due date is the period's end less the days past due. A current one is due on the day of the month to which its
interest is paid (the 1st when that is absent), first after the period; less due next than an instalment means that
part, or all of it, is paid already. Grace days are the company's defaults.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from deploy.portfolio.issuers import Issuer, issuer_named
from deploy.portfolio.months import add_months, month_end, months_between, next_with_day
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
from services.accounts.contract.portfolio import PortfolioAccount
from services.accounts.contract.terms import InvalidTerms, LoanTerms, Opening
from services.accounts.rules.schedule import level_payment_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calendar:
    first_due_on: date
    due_day: int
    payment_count: int
    next_number: int
    partial_paid_cents: int = 0


def loan_account(record: Record, *, pool: str) -> PortfolioAccount:
    """The account of one loan record; raises MalformedPortfolio where it lacks what servicing needs."""
    identity = identity_of(record, pool=pool)
    _refuse_what_is_not_monthly(record)
    balance, status = balance_and_status(
        record,
        balance_field="reportingPeriodActualEndBalanceAmount",
        charged_off_field="chargedoffPrincipalAmount",
        charged_off_code="4",
    )
    period_end = record.required("reportingPeriodEndingDate", record.day("reportingPeriodEndingDate"))
    payment = _payment_cents(record, issuer=issuer_named(identity.issuer), balance=balance)
    calendar = _calendar(record, period_end=period_end, payment_cents=payment)
    try:
        return PortfolioAccount(
            source_ref=identity.source_ref,
            account_number=identity.account_number,
            product="loan",
            status=status,
            state=state_of(record, "obligorGeographicLocation"),
            issuer=identity.issuer,
            opened_on=record.month("originationDate"),
            closed_on=None if status == "open" else closing_date(record, period_end=period_end),
            charged_off_cents=record.cents("chargedoffPrincipalAmount") if status == "charged_off" else None,
            has_co_borrower=record.boolean("coObligorIndicator"),
            vehicle=vehicle_of(record),
            terms=_terms(record, issuer=issuer_named(identity.issuer), payment_cents=payment, calendar=calendar),
            opening=_opening(record, balance=balance, period_end=period_end, calendar=calendar)
            if status == "open"
            else finished_opening(period_end=period_end, payment_count=calendar.payment_count),
            parties=(),
            lease=None,
        )
    except InvalidTerms as refusal:
        record.refuse("assetNumber", str(refusal))


def _terms(record: Record, *, issuer: Issuer, payment_cents: int, calendar: _Calendar) -> LoanTerms:
    return LoanTerms(
        annual_rate_percent=_annual_rate_percent(record, issuer=issuer),
        day_count=issuer.day_count,
        payment_cents=payment_cents,
        payment_count=calendar.payment_count,
        first_due_on=calendar.first_due_on,
        due_day=calendar.due_day,
        grace_days=grace_days(state_of(record, "obligorGeographicLocation")),
    )


def _opening(record: Record, *, balance: int, period_end: date, calendar: _Calendar) -> Opening:
    return Opening(
        as_of_on=period_end + timedelta(days=1),
        principal_cents=balance,
        accrued_interest_cents=0,
        interest_paid_through_on=_interest_from(record, period_end=period_end),
        next_instalment_number=calendar.next_number,
        partial_paid_cents=calendar.partial_paid_cents,
        fees_due_cents=record.cents("otherAssessedUncollectedServicerFeeAmount") or 0,
        unapplied_cents=0,
        payments_made=calendar.next_number - 1,
    )


def _refuse_what_is_not_monthly(record: Record) -> None:
    if record.text("paymentTypeCode") not in (None, "2"):
        record.refuse("paymentTypeCode", "Only loans paid monthly can be serviced.")
    if record.text("interestCalculationTypeCode") not in (None, "1"):
        record.refuse("interestCalculationTypeCode", "Only simple-interest loans can be serviced.")


def _annual_rate_percent(record: Record, *, issuer: Issuer) -> Decimal:
    """The rate in force; a reported 0 counts only while no interest was collected, being a blank elsewhere."""
    current = record.decimal("nextInterestRatePercentage") or record.decimal("reportingPeriodInterestRatePercentage")
    original = record.decimal("originalInterestRatePercentage")
    reported_zero = record.text("reportingPeriodInterestRatePercentage") is not None
    if not current and (not reported_zero or record.cents("actualInterestCollectedAmount")):
        current = original
    rate = record.required("originalInterestRatePercentage", current if current is not None else original)
    return issuer.annual_rate_percent(rate)


def _payment_cents(record: Record, *, issuer: Issuer, balance: int) -> int:
    for name in ("reportingPeriodScheduledPaymentAmount", "nextReportingPeriodPaymentAmountDue"):
        cents = record.cents(name)
        if cents is not None and cents > 0:
            return cents
    months = record.integer("remainingTermToMaturityNumber") or record.integer("originalLoanTerm")
    principal = balance or record.cents("originalLoanAmount") or 0
    if not months or not principal:
        record.refuse(
            "reportingPeriodScheduledPaymentAmount", "There is no payment amount, nor one to compute it from."
        )
    rate = _annual_rate_percent(record, issuer=issuer)
    return level_payment_cents(principal_cents=principal, annual_rate_percent=rate, payment_count=months)


def _calendar(record: Record, *, period_end: date, payment_cents: int) -> _Calendar:
    first_month = _first_month(record)
    count = _payment_count(record, first_month=first_month)
    oldest_due = oldest_due_on(record, period_end=period_end)
    if oldest_due is not None:
        # The day before the first due month is a rounding of the issuer's count, not an earlier instalment.
        oldest = max(first_month, oldest_due)
        number = months_between(start=first_month, end=oldest) + 1
        return _Calendar(
            first_due_on=add_months(on=first_month, months=0, day=oldest.day),
            due_day=oldest.day,
            payment_count=max(count, number),
            next_number=number,
        )
    paid_through = record.day("interestPaidThroughDate")
    due_day = paid_through.day if paid_through else 1
    next_due = next_with_day(on=period_end + timedelta(days=1), day=due_day)
    number = max(1, months_between(start=first_month, end=next_due) + 1)
    count = max(count, number)
    due_next = record.cents("nextReportingPeriodPaymentAmountDue")
    already = payment_cents - due_next if due_next is not None and number < count else 0
    return _Calendar(
        first_due_on=add_months(on=first_month, months=0, day=due_day),
        due_day=due_day,
        payment_count=count,
        next_number=number + 1 if already == payment_cents else number,
        partial_paid_cents=already if 0 < already < payment_cents else 0,
    )


def _first_month(record: Record) -> date:
    first = record.month("originalFirstPaymentDate")
    originated = record.month("originationDate")
    if first is None and originated is not None:
        first = add_months(on=originated, months=record.integer("gracePeriodNumber") or 1)
    return record.required("originalFirstPaymentDate", first)


def _payment_count(record: Record, *, first_month: date) -> int:
    matures = record.month("loanMaturityDate")
    if matures is not None:
        return max(1, months_between(start=first_month, end=matures) + 1)
    return record.required("loanMaturityDate", record.integer("originalLoanTerm"))


def _interest_from(record: Record, *, period_end: date) -> date:
    """Where accrual restarts; before a first payment, the period's start or the end of the month of origination."""
    paid_through = record.day("interestPaidThroughDate")
    if paid_through is not None:
        return paid_through
    begins = record.day("reportingPeriodBeginningDate") or period_end.replace(day=1)
    originated = record.month("originationDate")
    return max(begins, month_end(on=originated)) if originated else begins
