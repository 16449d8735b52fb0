"""What Schedule AL's loans and leases have in common: identity, status, vehicle and the facts the format lacks."""

from dataclasses import dataclass
from datetime import date, timedelta

from deploy.portfolio.issuers import issuer_named
from deploy.portfolio.months import month_end
from deploy.portfolio.schedule_al_fields import Record
from services.accounts.contract.portfolio import PortfolioStatus, PortfolioVehicle
from services.accounts.contract.terms import Opening

GRACE_DAYS_DEFAULT = 10
GRACE_DAYS_BY_STATE = {"TX": 15}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a record is: the key of the import and the number its customer would type."""

    source_ref: str
    account_number: str
    issuer: str


def identity_of(record: Record, *, pool: str) -> Identity:
    """Issuer, pool and asset number, which is opaque text."""
    asset = record.required("assetNumber", record.text("assetNumber"))
    issuer = record.required("originatorName", record.text("originatorName"))
    compact = "".join(asset.split())
    return Identity(
        source_ref=f"{issuer}/{pool}/{asset}", account_number=f"{issuer_named(issuer).code}-{compact}", issuer=issuer
    )


def balance_and_status(
    record: Record, *, balance_field: str, charged_off_field: str, charged_off_code: str
) -> tuple[int, PortfolioStatus]:
    """Cents still owed and whether the account is open; what a zero-balance code closed stays closed."""
    codes = record.codes("zeroBalanceCode")
    if codes:
        return 0, "charged_off" if charged_off_code in codes else "closed"
    balance = record.required(balance_field, record.cents(balance_field))
    if balance < 0:
        record.refuse(balance_field, "The balance is negative.")
    if balance == 0:
        return 0, "charged_off" if record.cents(charged_off_field) else "closed"
    return balance, "open"


def closing_date(record: Record, *, period_end: date) -> date:
    """The end of the month in which the balance went to zero; the format gives no day."""
    month = record.month("zeroBalanceEffectiveDate")
    return min(month_end(on=month), period_end) if month else period_end


def oldest_due_on(record: Record, *, period_end: date) -> date | None:
    """The due date of the oldest unpaid instalment, None where nothing is past due."""
    days = record.integer("currentDelinquencyStatus")
    if not days:
        return None
    try:
        return period_end - timedelta(days=days)
    except OverflowError:
        record.refuse("currentDelinquencyStatus", "The account cannot be past due since before the calendar begins.")


def finished_opening(*, period_end: date, payment_count: int) -> Opening:
    """Nothing owed and no instalment left: the opening of an account that is closed or charged off."""
    after = period_end + timedelta(days=1)
    return Opening(
        as_of_on=after,
        principal_cents=0,
        accrued_interest_cents=0,
        interest_paid_through_on=after,
        next_instalment_number=payment_count + 1,
        partial_paid_cents=0,
        fees_due_cents=0,
        unapplied_cents=0,
        payments_made=payment_count,
    )


def state_of(record: Record, name: str) -> str | None:
    """The US state or territory, or None where the element says anything else."""
    text = record.text(name)
    return text if text and len(text) == 2 and text.isascii() and text.isalpha() and text.isupper() else None


def grace_days(state: str | None) -> int:
    """Days after a due date without a late charge: the statute's where it asks for more than the company's default."""
    return GRACE_DAYS_BY_STATE.get(state or "", GRACE_DAYS_DEFAULT)


def vehicle_of(record: Record) -> PortfolioVehicle:
    """The vehicle; the format has neither VIN nor weight."""
    year = record.text("vehicleModelYear")
    return PortfolioVehicle(
        vin=None,
        year=int(year) if year and len(year) == 4 and year.isascii() and year.isdigit() else None,
        make=record.text("vehicleManufacturerName"),
        model=record.text("vehicleModelName"),
        gross_weight_rating_pounds=None,
    )
