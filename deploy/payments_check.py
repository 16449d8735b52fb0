"""Do the processor, payments and the ledger say the same of every payment: charged, posted, in the balance?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, literal, select, union_all

from chassis.money import format_dollars
from chassis.store import Database
from services.accounts.models import account_events, allocations, bank_movements
from services.payments.models import payment_returns, payments
from services.payments.providers.interface import MadeCharge
from services.payments.rules.presenting import charge_key, presentment_of
from services.payments.rules.states import CHARGED, OPEN, RETURNED

NAMED_MAX = 20
ARRIVES_WITHIN = timedelta(hours=1)
"""What was posted longer ago than this has to be in the ledger."""

IN_LEDGER = ("payment_posted", "payment_held")
_presentment = (
    payments.c.id, payments.c.amount_cents, payments.c.created_at, payments.c.cheque_number, payments.c.applied_at,
    payments.c.reversed_on, payments.c.refunded_on,
    (payments.c.amount_cents + payments.c.card_fee_cents).label("charged_cents"),
)  # fmt: skip
# The one that stands there, and every earlier one: that it was returned is why there was another.
_PRESENTMENTS = union_all(
    select(*_presentment, payments.c.presentment_number, payments.c.effective_on, payments.c.settled_on,
           payments.c.status),
    select(*_presentment, payment_returns.c.presentment_number, payment_returns.c.effective_on,
           payment_returns.c.settled_on, literal(RETURNED).label("status"))
    .join(payment_returns, payment_returns.c.payment_id == payments.c.id)
    .where(payment_returns.c.presentment_number < payments.c.presentment_number),
)  # fmt: skip
_LEDGER = select(
    account_events.c.source_key, account_events.c.data, account_events.c.effective_on, allocations.c.kind,
    bank_movements.c.amount_cents.label("settled_cents"),
).select_from(
    account_events.outerjoin(
        allocations,
        and_(allocations.c.event_id == account_events.c.id, allocations.c.source_key == account_events.c.source_key),
    ).outerjoin(
        bank_movements,
        and_(
            bank_movements.c.account_id == account_events.c.account_id,
            bank_movements.c.source_key == func.replace(account_events.c.source_key, "payment:", "settled:"),
        ),
    )
).where(account_events.c.kind.in_(IN_LEDGER))  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One thing on which two of the three do not agree."""

    check: str
    place: str
    detail: str

    def __str__(self) -> str:
        return f"{self.check}: {self.place}: {self.detail}"


@dataclass(kw_only=True)
class Report:
    """What was compared; at most NAMED_MAX differences are named, `count` is of all."""

    charges: int = 0
    posted: int = 0
    in_ledger: int = 0
    on_their_way: int = 0
    charged_cents: int = 0
    posted_cents: int = 0
    in_ledger_cents: int = 0
    count: int = 0
    differences: list[Difference] = field(default_factory=list)

    def note(self, found: Iterable[Difference]) -> None:
        for difference in found:
            self.count += 1
            if len(self.differences) < NAMED_MAX:
                self.differences.append(difference)

    def __str__(self) -> str:
        return (
            f"charged {self.charges} ({format_dollars(self.charged_cents)}), "
            f"posted {self.posted} ({format_dollars(self.posted_cents)}), "
            f"in the ledger {self.in_ledger} ({format_dollars(self.in_ledger_cents)}), "
            f"on their way {self.on_their_way}"
        )


@dataclass(frozen=True, kw_only=True)
class _Booked:
    """A presentment as the ledger has it."""

    amount_cents: int
    effective_on: Any
    is_undone: bool
    settled_cents: int | None


def examine(
    *, payments_database: Database, accounts_database: Database, charges: Iterable[MadeCharge], now: datetime,
    since: datetime | None = None, of_accounts: Sequence[UUID] | None = None,
) -> Report:  # fmt: skip
    """Compare all three, presentment by presentment; with `since` what was made from then on, `charges` likewise.

    `of_accounts` are the only ones looked at where they are named. Changes nothing.
    """
    # The processor first, the ledger last: what moves on meanwhile is then known to the later ones, as it should be.
    made = _by_key(charges)
    ours = _ours(payments_database, since=since, of_accounts=of_accounts)
    booked = _booked(accounts_database, of_accounts=of_accounts)
    report = Report(charges=sum(map(len, made.values())))
    report.charged_cents = sum(charge.amount_cents for found in made.values() for charge in found)
    for key, presentment in ours.items():
        report.note(_of_one(key, presentment, made.get(key, []), booked.get(key), report=report, now=now))
    known = set(ours)
    if since is not None:
        known |= _elsewhere(payments_database, [key for key in made if key not in ours])
    report.note(
        Difference("charged and unknown to us", key, format_dollars(found[0].amount_cents))
        for key, found in made.items()
        if key not in known and (of_accounts is None)
    )
    if since is None:
        report.note(
            Difference("in the ledger and unknown to payments", key, format_dollars(each.amount_cents))
            for key, each in booked.items()
            if key not in ours
        )
    return report


def _of_one(
    key: str, ours: Mapping[str, Any], made: Sequence[MadeCharge], booked: _Booked | None, *, report: Report,
    now: datetime,
) -> Iterator[Difference]:  # fmt: skip
    """What differs about one presentment."""
    is_taken = ours["status"] in CHARGED or ours["status"] == RETURNED
    if len(made) > 1:
        yield Difference("charged more than once", key, f"{len(made)} times")
    if is_taken:
        report.posted += 1
        report.posted_cents += ours["amount_cents"]
        yield from _of_taken(key, ours, made)
        yield from _of_booked(key, ours, booked, report=report, now=now)
    elif ours["status"] in OPEN:
        report.on_their_way += 1
    elif made:
        yield Difference("charged and not posted", key, f"{format_dollars(made[0].amount_cents)}, {ours['status']}")
    if booked is not None and not is_taken:
        yield Difference("in the ledger and not posted", key, ours["status"])


def _of_taken(key: str, ours: Mapping[str, Any], made: Sequence[MadeCharge]) -> Iterator[Difference]:
    """Posted money was charged, with the same amount; what came back the processor may list no more."""
    if ours["cheque_number"] is not None:
        return
    if not made and ours["status"] != RETURNED:
        yield Difference("posted and not charged", key, format_dollars(ours["amount_cents"]))
    if made and made[0].amount_cents != ours["charged_cents"]:
        sides = f"charged {format_dollars(made[0].amount_cents)}, here {format_dollars(ours['charged_cents'])}"
        yield Difference("charged another amount", key, sides)


def _of_booked(
    key: str, ours: Mapping[str, Any], booked: _Booked | None, *, report: Report, now: datetime
) -> Iterator[Difference]:
    """Posted money is in the ledger, as it was posted, and undone there where it went back."""
    if booked is None:
        if ours["applied_at"] is not None or now - ours["created_at"] > ARRIVES_WITHIN:
            yield Difference("posted and not in the ledger", key, format_dollars(ours["amount_cents"]))
        else:
            report.on_their_way += 1
        return
    report.in_ledger += 1
    report.in_ledger_cents += booked.amount_cents
    told = (booked.amount_cents, booked.effective_on)
    if told != (ours["amount_cents"], ours["effective_on"]):
        sides = f"ledger {format_dollars(told[0])} of {told[1]}, payments {format_dollars(ours['amount_cents'])}"
        yield Difference("in the ledger otherwise than posted", key, f"{sides} of {ours['effective_on']}")
    has_gone_back = ours["status"] == RETURNED or ours["refunded_on"] is not None or ours["reversed_on"] is not None
    if booked.is_undone != has_gone_back:
        yield Difference(
            "gone back on one side only", key,
            f"ledger {'undone' if booked.is_undone else 'standing'}, payments {ours['status']}",
        )  # fmt: skip
    if (ours["settled_on"] is not None) != (booked.settled_cents is not None):
        side = "payments" if booked.settled_cents is None else "the ledger"
        yield Difference("settled on one side only", key, f"in {side}")


def _by_key(charges: Iterable[MadeCharge]) -> dict[str, list[MadeCharge]]:
    """Charges that carry no key of ours are somebody else's."""
    found: dict[str, list[MadeCharge]] = {}
    for charge in charges:
        if charge.key is not None:
            found.setdefault(charge.key, []).append(charge)
    return found


def _ours(
    database: Database, *, since: datetime | None, of_accounts: Sequence[UUID] | None
) -> dict[str, Mapping[str, Any]]:  # fmt: skip
    every = _PRESENTMENTS.subquery()
    wanted = select(every)
    if since is not None:
        wanted = wanted.where(every.c.created_at >= since)
    if of_accounts is not None:
        of_account = select(payments.c.id).where(payments.c.account_id.in_(of_accounts))
        wanted = wanted.where(every.c.id.in_(of_account))
    with database.snapshot() as transaction:
        rows = transaction.all(wanted)
    return {charge_key(payment_id=row["id"], presentment_number=row["presentment_number"]): row for row in rows}


def _booked(database: Database, *, of_accounts: Sequence[UUID] | None) -> dict[str, _Booked]:
    wanted = _LEDGER if of_accounts is None else _LEDGER.where(account_events.c.account_id.in_(of_accounts))
    with database.snapshot() as transaction:
        rows = transaction.all(wanted)
    return {
        _key_of(row["source_key"]): _Booked(
            amount_cents=int(row["data"]["amount_cents"]), effective_on=row["effective_on"],
            is_undone=row["kind"] == "payment_reversed", settled_cents=row["settled_cents"],
        )
        for row in rows
    }  # fmt: skip


def _key_of(source_key: str) -> str:
    _, payment_id, number = source_key.split(":")
    return charge_key(payment_id=UUID(payment_id), presentment_number=int(number))


def _elsewhere(database: Database, keys: Sequence[str]) -> set[str]:
    """Those of the keys that name a payment of ours at all."""
    named = [
        (key, found.payment_id) for key in keys if (found := presentment_of(key=key, amount_cents=1, reference=""))
    ]
    known: set[UUID] = set()
    with database.snapshot() as transaction:
        waiting = iter({payment_id for _, payment_id in named})
        while batch := list(islice(waiting, 1000)):
            known |= {row["id"] for row in transaction.all(select(payments.c.id).where(payments.c.id.in_(batch)))}
    return {key for key, payment_id in named if payment_id in known}
