"""What payments needs of a card and ACH processor, whoever it is."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Card:
    """What may be shown of a card behind a token."""

    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True)
class CardSource:
    """A card, by the processor's own token."""

    token: str = field(repr=False)


@dataclass(frozen=True)
class BankAccountSource:
    """A US bank account, debited over ACH."""

    routing_number: str = field(repr=False)
    account_number: str = field(repr=False)
    account_type: str


Source = CardSource | BankAccountSource


@dataclass(frozen=True)
class ChargeOutcome:
    """What the processor decided; `reference` is its id of the charge, `decline_code` its own word for the reason."""

    reference: str | None
    is_approved: bool
    decline_code: str | None = None


class Processor(Protocol):
    """Charges by a key: the same key is charged at most once, however often it is sent."""

    def charge(self, *, key: str, amount_cents: int, source: Source) -> ChargeOutcome:
        """Charge USD cents. Raises VendorDown when it has certainly not charged, OutcomeUnknown when it may have."""

    def find(self, *, key: str, amount_cents: int) -> ChargeOutcome | None:
        """The charge made under the key, None where there is none. Raises VendorDown when it cannot say."""

    def find_card(self, *, token: str) -> Card | None:
        """The card behind a token, None for a token it does not know. Raises VendorDown."""
