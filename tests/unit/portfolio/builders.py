"""Builders for the readers' tests: files that say only what the story is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from deploy.portfolio.people import with_people
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioMailingAddress, PortfolioVehicle
from services.accounts.contract.terms import LoanTerms, Opening

FIXTURES = Path(__file__).parent / "fixtures"
LOAN_NAMESPACE = "http://www.sec.gov/edgar/document/absee/autoloan/assetdata"
LEASE_NAMESPACE = "http://www.sec.gov/edgar/document/absee/autolease/assetdata"

LOAN = {
    "assetTypeNumber": "Invented",
    "assetNumber": "7001",
    "reportingPeriodEndingDate": "06-30-2025",
    "originatorName": "Example Motor Credit",
    "originationDate": "11/2023",
    "loanMaturityDate": "12/2028",
    "originalInterestRatePercentage": "0.0649",
    "originalFirstPaymentDate": "01/2024",
    "reportingPeriodScheduledPaymentAmount": "469.47",
    "reportingPeriodActualEndBalanceAmount": "17480.31",
    "interestPaidThroughDate": "06-14-2025",
    "currentDelinquencyStatus": "0",
}


def a_loan_file(folder: Path, *records: Mapping[str, str | None], namespace: str = LOAN_NAMESPACE) -> Path:
    """A Schedule AL file of ordinary loans, each changed by its record; None leaves an element out."""
    bodies = []
    for record in records or ({},):
        values = {**LOAN, **record}
        bodies.append("".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value is not None))
    path = folder / "pool_2025-06.xml"
    path.write_text(
        f'<assetData xmlns="{namespace}">{"".join(f"<assets>{body}</assets>" for body in bodies)}</assetData>'
    )
    return path


def an_account() -> PortfolioAccount:
    account = PortfolioAccount(
        source_ref="Example Motor Credit/example/1",
        account_number="EMC-1",
        product="loan",
        status="open",
        state="OH",
        issuer="Example Motor Credit",
        opened_on=date(2025, 1, 31),
        closed_on=None,
        charged_off_cents=None,
        has_co_borrower=True,
        vehicle=PortfolioVehicle(vin=None, year=2024, make="Kia", model="Niro", gross_weight_rating_pounds=4_409),
        terms=LoanTerms(
            annual_rate_percent=Decimal("6.49"),
            day_count="actual/actual",
            payment_cents=41_237,
            payment_count=60,
            first_due_on=date(2025, 2, 28),
            due_day=31,
            grace_days=10,
        ),
        opening=Opening(
            as_of_on=date(2025, 7, 1),
            principal_cents=1_825_000,
            accrued_interest_cents=0,
            interest_paid_through_on=date(2025, 6, 30),
            next_instalment_number=6,
            partial_paid_cents=0,
            fees_due_cents=2_500,
            unapplied_cents=0,
            payments_made=5,
        ),
        parties=(),
        lease=None,
    )
    account = with_people(account)
    borrower, *others = account.parties
    address = PortfolioMailingAddress(
        line_1="9 Rue Morgue", line_2="Floor 4", city="Columbus", state="OH", postal_code="43004-0001"
    )
    return replace(account, parties=(replace(borrower, mailing_address=address), *others))
