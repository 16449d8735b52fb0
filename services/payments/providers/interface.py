"""What payments needs of a card and ACH processor, whoever it is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
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
    holder_name: str = field(repr=False)


Source = CardSource | BankAccountSource


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What is asked for: `key` is ours and stable. `reference` is the processor's id of it, as far as it is known.

    `description` is what the account's owner reads on the statement of the bank. `recurs`: drawn by a standing consent.
    """

    key: str
    amount_cents: int
    source: Source
    reference: str | None = None
    description: str | None = None
    recurs: bool = False


@dataclass(frozen=True)
class ChargeOutcome:
    """What the processor decided; `reference` is its id of the charge, `decline_code` its own word for the reason."""

    reference: str | None
    is_approved: bool
    decline_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class MadeCharge:
    """A charge as the processor lists it; `key` is None where it carries none of ours."""

    key: str | None
    reference: str
    amount_cents: int


@dataclass(frozen=True, kw_only=True)
class RefundOrder:
    """Money to be paid back: of which charge, how much of it, under which key of ours."""

    key: str
    amount_cents: int
    charge_reference: str


@dataclass(frozen=True)
class RefundOutcome:
    """What became of a refund; `failure_code` is why it cannot be paid, None where it is on its way."""

    reference: str | None
    failure_code: str | None = None


class SourceRefused(Exception):
    """The processor will never charge this card or account. Nothing was charged."""


class RequestMisunderstood(Exception):
    """The processor refused a request that we built: a defect of ours. Nothing was charged."""


class Processor(Protocol):
    """Charges by a key: the same key is charged at most once, however often it is sent."""

    def prepare(self, charge: Charge) -> str | None:
        """The reference under which the charge will be asked about, to be kept before it is made.

        None for a processor that can be asked by our own key. Moves no money. Raises VendorDown, SourceRefused.
        """

    def charge(self, charge: Charge) -> ChargeOutcome:
        """Charge USD cents. Raises VendorDown when it has certainly not charged, OutcomeUnknown when it may have."""

    def find(self, charge: Charge) -> ChargeOutcome | None:
        """The charge made under the key, None where there is none. Raises VendorDown when it cannot say."""

    def abandon(self, charge: Charge) -> ChargeOutcome | None:
        """See to it that nothing is charged under the key from now on; gives what was charged before, if anything.

        Raises VendorDown when it cannot say.
        """

    def list_charges(self, *, since: datetime | None) -> Iterator[MadeCharge]:
        """Every charge that took money, those made at `since` or later. Raises VendorDown.

        One that a bank sent back afterwards may be missing.
        """

    def find_card(self, *, token: str) -> Card | None:
        """The card behind a token, None for a token it does not know. Raises VendorDown."""

    def refund(self, order: RefundOrder) -> RefundOutcome:
        """Pay back. Raises VendorDown when nothing was paid back, OutcomeUnknown when it may have been."""

    def find_refund(self, order: RefundOrder) -> RefundOutcome | None:
        """The refund made under the key, None where there is none. Raises VendorDown when it cannot say."""
