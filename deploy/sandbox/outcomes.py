"""The fixed outcomes: which card token, card number or bank account number is charged, declined, held or returned."""

from dataclasses import dataclass
from enum import StrEnum


class Hold(StrEnum):
    """How long the processor keeps its answer."""

    NONE = "none"
    SLOW = "slow"
    HANG = "hang"


@dataclass(frozen=True)
class Outcome:
    """What becomes of a charge; `is_recorded` is False when the processor never heard of it afterwards."""

    decline_code: str | None = None
    decline_message: str | None = None
    is_recorded: bool = True
    hold: Hold = Hold.NONE
    planned_return: str | None = None


APPROVED = Outcome()

# A token means its outcome alone (`tok_declined`) or with an ending of one's own (`tok_declined_ada`).
CARD_TOKENS = {
    "tok_approved": APPROVED,
    "tok_declined": Outcome(
        decline_code="insufficient_funds",
        decline_message="The card does not have enough money or credit left for this amount.",
    ),
    "tok_timeout_charged": Outcome(hold=Hold.HANG),
    "tok_timeout_not_charged": Outcome(hold=Hold.HANG, is_recorded=False),
    "tok_slow": Outcome(hold=Hold.SLOW),
}

# Tokens made from these numbers begin with the fixed token; from any other number with `tok_card`.
CARD_NUMBERS = {
    "4242424242424242": "tok_approved",
    "4000000000000002": "tok_declined",
    "4000000000001117": "tok_timeout_charged",
    "4000000000002222": "tok_timeout_not_charged",
    "4000000000003337": "tok_slow",
}

BANK_ACCOUNTS = {
    "000123456789": APPROVED,
    "000111111113": Outcome(
        decline_code="account_closed", decline_message="The bank reports that this account is closed."
    ),
    "000111111116": Outcome(hold=Hold.HANG),
    "000222222227": Outcome(hold=Hold.HANG, is_recorded=False),
    "000333333301": Outcome(planned_return="R01"),
    "000333333310": Outcome(planned_return="R10"),
    "000333333302": Outcome(planned_return="R02"),
    "000333333314": APPROVED,
}


# By the last four digits of what was charged, why a refund to it fails.
REFUNDS = {"3314": "account_closed"}


def outcome_of_card(token: str) -> Outcome:
    """What becomes of a charge to this card token; approved unless the token is a fixed one."""
    fixed = fixed_token(token)
    return CARD_TOKENS[fixed] if fixed else APPROVED


def outcome_of_bank_account(account_number: str) -> Outcome:
    """What becomes of a charge to this account number; approved unless the number is a fixed one."""
    return BANK_ACCOUNTS.get(account_number, APPROVED)


def fixed_token(token: str) -> str | None:
    """The fixed token that this one is, or begins with; None when it has no fixed outcome."""
    return next((fixed for fixed in CARD_TOKENS if token == fixed or token.startswith(f"{fixed}_")), None)


def in_words(outcome: Outcome) -> str:
    """What becomes of a charge, for people to read."""
    if outcome.decline_code is not None:
        return f"declined, {outcome.decline_code}"
    if outcome.hold is Hold.HANG:
        return f"times out, and turns out {'charged' if outcome.is_recorded else 'not charged'}"
    if outcome.planned_return is not None:
        return f"approved, and returned {outcome.planned_return} when the business date moves"
    return "approved, slowly" if outcome.hold is Hold.SLOW else "approved"


def fixed_outcomes() -> list[tuple[str, str, str]]:
    """(token or account number, card number or nothing, what becomes of a charge), cards before bank accounts."""
    numbers = {token: number for number, token in CARD_NUMBERS.items()}
    cards = [(token, numbers[token], in_words(outcome)) for token, outcome in CARD_TOKENS.items()]
    accounts = [
        (number, "", f"{in_words(outcome)}{'; a refund to it fails' if number[-4:] in REFUNDS else ''}")
        for number, outcome in BANK_ACCOUNTS.items()
    ]
    return [*cards, *accounts]
