"""What a bank's return of a debit means, by its code: pure decisions on plain values.

Codes and their meaning are those of the ACH network (R01 to R85); what follows from each is in reference/servicing.md
§3. A code that the network has not given out is treated like the unlikely ones: a person looks at it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from services.accounts.contract.business_days import business_days_after

Autopay = Literal["goes_on", "pauses", "ends"]

PRESENTMENTS_MAX = 3
"""The debit itself and two more (reference/servicing.md §3)."""

PRESENTED_AGAIN_WITHIN = timedelta(days=180)
PRESENTED_AGAIN_AFTER_BUSINESS_DAYS = 3
RETRY_DESCRIPTION = "RETRY PYMT"
"""What the network asks a debit that is presented again to be called."""

DISPUTE_LOST = "dispute_lost"
"""No code of the network: a card's bank has decided for its customer and taken the money back for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What follows from a return. `reason` completes "the bank returned the payment:", `advice` is the next step.

    `may_cost_fee`: the contract's fee for a returned payment may be charged. `asks_person`: somebody has to look.
    """

    reason: str
    advice: str
    may_be_presented_again: bool = False
    disables_method: bool = False
    autopay: Autopay = "pauses"
    may_cost_fee: bool = False
    asks_person: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is done about one return. `present_again_on` is a business day, or None where it is the last word."""

    consequence: Consequence
    present_again_on: date | None

    @property
    def next_step(self) -> str:
        """A sentence for the customer."""
        if self.present_again_on is None:
            return self.consequence.advice
        on = written_on(self.present_again_on)
        return (
            f"We will present it once more on {on}: please have the money there by then. "
            "You need not pay in another way."
        )


_PAY_OTHERWISE = "Please pay with another method."
_CALL_US = "Please contact us."

FUNDS = Consequence(
    reason="there was not enough money in the account", advice=_PAY_OTHERWISE, may_be_presented_again=True,
    may_cost_fee=True,
)  # fmt: skip
CLOSED = Consequence(
    reason="the account is closed", advice="Please add another bank account or card, and pay with that.",
    disables_method=True,
)  # fmt: skip
WRONG_NUMBERS = Consequence(
    reason="the bank cannot find an account with these numbers",
    advice="Please check the numbers, add the account again, and pay.", disables_method=True,
)  # fmt: skip
NO_DEBITS = Consequence(
    reason="the account does not take debits", advice="Please add a checking account or a card, and pay with that.",
    disables_method=True,
)  # fmt: skip
UNAUTHORIZED = Consequence(
    reason="the owner of the account told the bank that the debit was not authorized",
    advice="We will not debit this account again. Please contact us, or pay with another method.",
    disables_method=True, autopay="ends",
)  # fmt: skip
OUR_MISTAKE = Consequence(
    reason="the bank says that the debit did not keep to what was authorized",
    advice="This may be a mistake of ours, and it costs you nothing. We are looking into it.", autopay="goes_on",
    asks_person=True,
)  # fmt: skip
STOPPED = Consequence(
    reason="the payment was stopped at the bank", advice="Please pay with another method, or contact us.",
    asks_person=True,
)  # fmt: skip
DECEASED = Consequence(
    reason="the bank says that the account can no longer be used by its owner", advice=_CALL_US, disables_method=True,
    autopay="ends", asks_person=True,
)  # fmt: skip
FROZEN = Consequence(
    reason="the account is frozen", advice="Please pay with another method, or contact us.", disables_method=True,
    asks_person=True,
)  # fmt: skip
RECALLED = Consequence(
    reason="our own bank asked for it back", advice="This costs you nothing. We are looking into it.",
    autopay="goes_on", asks_person=True,
)  # fmt: skip
DUPLICATE = Consequence(
    reason="the bank took it for a second debit of the same payment",
    advice="This costs you nothing. We are looking into it.", autopay="goes_on", asks_person=True,
)  # fmt: skip
FAULTY_ENTRY = Consequence(
    reason="the bank could not process the debit as it was sent",
    advice="This costs you nothing. We are looking into it, and will contact you.", autopay="goes_on",
    asks_person=True,
)  # fmt: skip
OTHER = Consequence(
    reason="the bank sent it back", advice="Please pay with another method, or contact us.", asks_person=True
)
CHARGEBACK = Consequence(
    reason="the card's bank decided the dispute about it against us",
    advice="What it had paid is owed again. Please contact us.", autopay="ends", asks_person=True,
)  # fmt: skip


def _groups() -> dict[str, Consequence]:
    by_group: tuple[tuple[Consequence, str], ...] = (
        (FUNDS, "R01 R09"),
        (CLOSED, "R02"),
        (WRONG_NUMBERS, "R03 R04"),
        (NO_DEBITS, "R13 R20"),
        (UNAUTHORIZED, "R05 R07 R10 R29 R51"),
        (OUR_MISTAKE, "R11"),
        (STOPPED, "R08 R38 R52"),
        (DECEASED, "R14 R15"),
        (FROZEN, "R16"),
        (RECALLED, "R06 R31"),
        (DUPLICATE, "R24 R37 R53"),
        (FAULTY_ENTRY, "R12 R17 R18 R19 R21 R22 R25 R26 R27 R28"),
        (
            OTHER,
            (
                "R23 R30 R32 R33 R34 R35 R36 R39 R40 R41 R42 R43 R44 R45 R46 R47 R50 "
                "R61 R62 R67 R68 R69 R70 R71 R72 R73 R74 R75 R76 R77 R80 R81 R82 R83 R84 R85"
            ),
        ),
    )
    return {code: consequence for consequence, codes in by_group for code in codes.split()}


CONSEQUENCES: dict[str, Consequence] = {**_groups(), DISPUTE_LOST: CHARGEBACK}


def consequence_of(code: str) -> Consequence:
    """What follows from a return with that code."""
    return CONSEQUENCES.get(code, OTHER)


def decide_return(
    *, code: str, presentment_number: int, first_presented_on: date, returned_on: date, is_bank_account: bool
) -> Decision:
    """What is done about the return of one presentment.

    A debit that missed its funds is presented again after three business days: twice at most, and never later than
    180 days after it was presented first.
    """
    consequence = consequence_of(code)
    again_on = business_days_after(on=returned_on, count=PRESENTED_AGAIN_AFTER_BUSINESS_DAYS)
    may_again = (
        consequence.may_be_presented_again
        and is_bank_account
        and presentment_number < PRESENTMENTS_MAX
        and again_on <= first_presented_on + PRESENTED_AGAIN_WITHIN
    )
    return Decision(consequence=consequence, present_again_on=again_on if may_again else None)


def written_on(day: date) -> str:
    """A date as customers read it."""
    return f"{day:%B} {day.day}, {day.year}"
