"""What happens to an account, as the engine takes it: money events and servicing events, each with its place in order.

The order is (effective_on, rank, source_key), never arrival (but see PaymentAfterEnd). What the day run does ranks
before the payments of its date, so that a payment of a billed day does not make the account replay.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from services.accounts.rules.terms import ExtraMode

RateReason = Literal["servicemember", "modification"]
FeeKind = Literal["returned_payment_fee", "other_fee"]
LeaseWay = Literal["purchase", "return", "early_termination"]

RATE_REASONS: tuple[RateReason, ...] = ("servicemember", "modification")
FEE_KINDS: tuple[FeeKind, ...] = ("returned_payment_fee", "other_fee")
LEASE_WAYS: tuple[LeaseWay, ...] = ("purchase", "return", "early_termination")


class InvalidEvent(ValueError):
    """An event that no account can have; the message says which figure and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    source_key: str
    effective_on: date

    rank: ClassVar[int]

    @property
    def place(self) -> tuple[date, int, str]:
        return self.effective_on, self.rank, self.source_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill(_Event):
    """A bill as it was sent: its figures are frozen, whatever is learnt later."""

    rank: ClassVar[int] = 10

    instalment_number: int
    due_on: date
    instalment_cents: int
    past_due_cents: int
    fees_due_cents: int
    credit_cents: int
    amount_due_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFee(_Event):
    """A decision, made on `effective_on`, to charge for an instalment that was not paid before `chargeable_from`.

    Whether it stands is derived at each replay from the money received by then. `amount_cents` is the most it will
    ever be; `state` names the rule pack whose cap it keeps where less was unpaid than was known.
    """

    rank: ClassVar[int] = 20

    amount_cents: int
    instalment_number: int
    instalment_cents: int
    due_on: date
    chargeable_from: date
    state: str

    def __post_init__(self) -> None:
        _require(self.amount_cents > 0, "A late fee must be more than zero.")
        _require(self.due_on < self.chargeable_from, "A late fee cannot be charged on the due date or before it.")
        _require(self.chargeable_from <= self.effective_on, "A late fee cannot be decided before it is chargeable.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee(_Event):
    """Another fee that the contract allows, such as the one for a returned payment; it stands as decided."""

    rank: ClassVar[int] = 20

    kind: FeeKind
    amount_cents: int
    reason: str

    def __post_init__(self) -> None:
        _require(self.amount_cents > 0, "A fee must be more than zero.")
        _require(self.kind in FEE_KINDS, f"The fee {self.kind!r} is not known.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange(_Event):
    """From `effective_on` on, a loan bears another rate, and from `from_number` on it asks for other instalments."""

    rank: ClassVar[int] = 30

    annual_rate_percent: Decimal
    reason: RateReason
    from_number: int | None = None
    payment_cents: int | None = None

    def __post_init__(self) -> None:
        _require(Decimal(0) <= self.annual_rate_percent <= Decimal(100), "The annual rate must be 0 to 100 percent.")
        _require(self.reason in RATE_REASONS, f"The reason {self.reason!r} is not known.")
        _require((self.from_number is None) == (self.payment_cents is None), "An instalment needs its first number.")
        _require(self.payment_cents is None or self.payment_cents > 0, "The instalment must be more than zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateChange(_Event):
    """From instalment `from_number` on, due dates fall on another day, `months` later than they would."""

    rank: ClassVar[int] = 32

    from_number: int
    due_day: int
    months: int

    def __post_init__(self) -> None:
        # A month of its own for each instalment: a day that some months lack would move from month to month.
        _require(1 <= self.due_day <= 28, "The due day must be 1 to 28.")
        _require(0 <= self.months <= 1, "A due date moves by less than two months.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferment(_Event):
    """From instalment `from_number` on, every due date, and maturity with it, moves by `months`; interest goes on."""

    rank: ClassVar[int] = 34

    from_number: int
    months: int

    def __post_init__(self) -> None:
        _require(1 <= self.months <= 12, "A deferment is for 1 to 12 months.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceleration(_Event):
    """The whole balance is called due; no late fee is charged from then on."""

    rank: ClassVar[int] = 36

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(_Event):
    """What is unpaid of a fee on `effective_on` is given up, no more than `most_cents` where that is said."""

    rank: ClassVar[int] = 40

    fee_key: str
    reason: str
    most_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(_Event):
    """Money accepted; `extra` says what happens to money beyond what is due, None leaves it to the contract.

    Money that is for a lease's end stays the customer's credit: the end itself, or the next due date, uses it.
    """

    rank: ClassVar[int] = 50

    amount_cents: int
    extra: ExtraMode | None = None
    is_for_lease_end: bool = False

    def __post_init__(self) -> None:
        if self.amount_cents <= 0:
            raise ValueError("A payment must be more than zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAfterEnd(Payment):
    """Money of the day on which a lease has ended, recorded after the end: it is for what the end costs.

    It stands behind the end and its bill, where the other payments of a day stand before them.
    """

    rank: ClassVar[int] = 63

    is_after_end: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Payoff(_Event):
    """What is left of a loan after its payoff is written off, as long as it is at most `drift_limit_cents`.

    The customer's credit is used first. Nothing happens once the payment of `payment_key` is undone.
    """

    rank: ClassVar[int] = 60

    drift_limit_cents: int
    payment_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A part of what a lease's end costs, by what it is for."""

    code: str
    description: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseEnd(_Event):
    """A lease ends: what is owed of it becomes one bill, which credit pays at once as far as it reaches.

    Instalments due through a date belong to it. `vehicle_cents` is the price of a purchase, or else what the vehicle
    that came back counts for (None: all of the balance). A purchase falls with its payment; what is missing of it by
    no more than `drift_limit_cents` is ours. `prorated_on`: instalments are owed for the days before it alone, and what
    is paid of the days from it on is the customer's; None where an instalment is owed whole.
    """

    rank: ClassVar[int] = 60

    way: LeaseWay
    due_through_on: date
    vehicle_cents: int | None
    charges: tuple[Charge, ...] = ()
    payment_key: str | None = None
    drift_limit_cents: int = 0
    prorated_on: date | None = None

    def __post_init__(self) -> None:
        _require(self.prorated_on is None or self.way == "early_termination", "Only an early end is prorated.")
        _require(self.way in LEASE_WAYS, f"The way {self.way!r} out of a lease is not known.")
        _require((self.way == "purchase") == (self.payment_key is not None), "A purchase has a payment, nothing else.")
        _require(self.way != "purchase" or self.vehicle_cents is not None, "A purchase has a price.")
        _require(all(charge.amount_cents > 0 for charge in self.charges), "A charge must be more than zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndBill(_Event):
    """What a lease that has ended costs besides, item by item: nothing more follows after it."""

    rank: ClassVar[int] = 62

    charges: tuple[Charge, ...]

    def __post_init__(self) -> None:
        _require(all(charge.amount_cents > 0 for charge in self.charges), "A charge must be more than zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndBillCredit(Waiver):
    """Some of an end bill is given up; like the bill it comes after the payments of its day."""

    rank: ClassVar[int] = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseExtension(_Event):
    """A lease goes on for some months after its last instalment, each with another one like it."""

    rank: ClassVar[int] = 34

    months: int

    def __post_init__(self) -> None:
        _require(1 <= self.months <= 12, "A lease is extended by 1 to 12 months at a time.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(_Event):
    """Credit that is owed back and was told: the amount stays, unless the payment that it follows from is undone."""

    rank: ClassVar[int] = 65

    payment_key: str
    amount_cents: int

    def __post_init__(self) -> None:
        _require(self.amount_cents > 0, "A refund must be more than zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeOff(_Event):
    """What is owed is no longer counted on; the customer goes on owing it, the ledger does not."""

    rank: ClassVar[int] = 70

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal(_Event):
    """A payment is undone as had it never been; `return_code` is the network's, None where a person undid it.

    It takes effect where its payment stands, and may be known before that payment is.
    """

    rank: ClassVar[int] = 80

    payment_key: str
    reason: str
    return_code: str | None = None


AccountEvent = (
    Bill
    | LateFee
    | Fee
    | RateChange
    | DueDateChange
    | Deferment
    | Acceleration
    | Waiver
    | Payment
    | Payoff
    | LeaseEnd
    | EndBill
    | EndBillCredit
    | LeaseExtension
    | Refund
    | ChargeOff
    | Reversal
)


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise InvalidEvent(sentence)
