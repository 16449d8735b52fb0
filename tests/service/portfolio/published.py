"""Two months of forty real loans: from the published files where they are, else from the figures kept of them here.

The files are not ours to pass on; the figures are seven facts a loan, enough to import the first month and to post the
payments of the second. `CAPTIVE_SCHEDULE_AL` names the folder of the files, by default `shared/data/schedule_al` beside
the checkout, or one folder further out.
"""

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

from chassis.money import cents_from_dollars
from tests.fixtures.processes import ROOT
from tests.unit.portfolio.builders import a_loan_file

KEPT = Path(__file__).parent / "fixtures" / "two_months_of_real_loans.csv"
JANUARY, FEBRUARY = "ford_2017-A_2017-01.xml", "ford_2017-A_2017-02.xml"


@dataclass(frozen=True, slots=True)
class RealLoan:
    """What is known of a loan: amounts in dollars and dates as published; the interest is that of the second month."""

    annual_rate: str
    balance: str
    scheduled_payment: str
    paid_through_before: str
    paid_through_after: str
    paid: str
    interest: str

    @property
    def paid_on(self) -> date:
        """On a simple-interest loan, interest is paid through the day of the payment."""
        month, day, year = map(int, self.paid_through_after.split("-"))
        return date(year, month, day)

    @property
    def paid_cents(self) -> int:
        return cents_from_dollars(self.paid)

    @property
    def interest_cents(self) -> int:
        return cents_from_dollars(self.interest)

    @property
    def is_clean(self) -> bool:
        """Not more than three instalments: a larger sum came in several payments, whose days are not published."""
        return self.paid_cents <= 3 * cents_from_dollars(self.scheduled_payment)


def published_folder() -> Path | None:
    """Where the published files are, or None."""
    named = os.environ.get("CAPTIVE_SCHEDULE_AL")
    beside = [folder / "shared" / "data" / "schedule_al" for folder in (ROOT.parent, ROOT.parent.parent)]
    return next((folder for folder in ([Path(named)] if named else beside) if (folder / JANUARY).exists()), None)


def kept_loans() -> list[RealLoan]:
    """The figures kept here, in the order of the files."""
    with KEPT.open(newline="") as stream:
        return [RealLoan(**row) for row in csv.DictReader(stream)]


def published_loans(folder: Path) -> dict[str, RealLoan]:
    """The same from the files, by asset number."""
    before, after = _records(folder / JANUARY), _records(folder / FEBRUARY)
    return {asset: _loan(before[asset], after[asset]) for asset in sorted(before)}


def january_of(loans: Mapping[str, RealLoan], *, folder: Path) -> Path:
    """A Schedule AL file of the first month, rendered from the figures."""
    return a_loan_file(
        folder,
        *(
            {
                "assetNumber": asset,
                "originatorName": "Ford Credit",
                "reportingPeriodEndingDate": "01-31-2017",
                "originationDate": "06/2014",
                "originalFirstPaymentDate": "07/2014",
                "loanMaturityDate": "06/2020",
                "originalInterestRatePercentage": loan.annual_rate,
                "reportingPeriodScheduledPaymentAmount": loan.scheduled_payment,
                "reportingPeriodActualEndBalanceAmount": loan.balance,
                "interestPaidThroughDate": loan.paid_through_before,
            }
            for asset, loan in loans.items()
        ),
    )


def _records(path: Path) -> dict[str, dict[str, str]]:
    found = [
        {child.tag.rpartition("}")[2]: child.text or "" for child in record}
        for record in ElementTree.parse(path).getroot()
    ]
    return {record["assetNumber"]: record for record in found}


def _loan(before: Mapping[str, str], after: Mapping[str, str]) -> RealLoan:
    return RealLoan(
        annual_rate=before["originalInterestRatePercentage"],
        balance=before["reportingPeriodActualEndBalanceAmount"],
        scheduled_payment=before["reportingPeriodScheduledPaymentAmount"],
        paid_through_before=before["interestPaidThroughDate"],
        paid_through_after=after["interestPaidThroughDate"],
        paid=after["totalActualAmountPaid"],
        interest=after["actualInterestCollectedAmount"],
    )
