"""When the law asks for a paper: the odometer statement of a transfer, and new disclosures for a lease extended."""

from collections.abc import Iterable
from datetime import date

# 49 CFR 580.17(a)(3) and (4): vehicles up to model year 2010 are exempt after 10 years, later ones after 20.
_LAST_MODEL_YEAR_OF_TEN = 2010
# 49 CFR 580.17(a)(1), of the gross vehicle weight rating: beyond it the odometer is no guide to a vehicle's worth.
_HEAVIEST_WITH_DISCLOSURE_POUNDS = 16_000
_MONTHS_WITHOUT_DISCLOSURE = 6


def exempt_by_weight(gross_weight_rating_pounds: int | None) -> bool:
    """Whether so heavy a vehicle needs no statement; one of unknown weight does."""
    return (gross_weight_rating_pounds or 0) > _HEAVIEST_WITH_DISCLOSURE_POUNDS


def odometer_disclosure_is_required(
    *, model_year: int, transferred_on: date, gross_weight_rating_pounds: int | None
) -> bool:  # fmt: skip
    """Whether a transfer needs the odometer statement; the years run from 1 January of the model year's own year.

    The other exemptions of 49 CFR 580.17 meet no vehicle that was leased here: one that is not self-propelled (a)(2),
    one that its manufacturer sells to an agency of the United States (a)(5), and a new one before its first transfer
    other than for resale (b), which the lease itself came after.
    """
    if exempt_by_weight(gross_weight_rating_pounds):
        return False
    years = 10 if model_year <= _LAST_MODEL_YEAR_OF_TEN else 20
    return transferred_on < date(model_year + years, 1, 1)


def extension_disclosures_due(*, extension_months: Iterable[int]) -> tuple[int, ...]:
    """The months of the extended time, counted from 1, at whose start new disclosures are due (12 CFR 1013.5(b)).

    They are due with the extension that takes the time since the last disclosures beyond six months, at its start; a
    lease extended month by month meets that in months 7, 14, 21 (comment 5(b)-1).
    """
    due: list[int] = []
    month, undisclosed = 1, 0
    for months in extension_months:
        if undisclosed + months > _MONTHS_WITHOUT_DISCLOSURE:
            due.append(month)
            undisclosed = 0
        else:
            undisclosed += months
        month += months
    return tuple(due)
