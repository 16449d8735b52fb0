"""What becomes of each line of a lockbox file. Every line becomes one of four things, so that no cent is lost."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from uuid import UUID

from services.payments.contract.receipts import NO_ACCOUNT_NUMBER, SAME_CHEQUE, UNKNOWN_ACCOUNT
from services.payments.rules.lockbox.lines import LineRefused, MailedCheque

Identity = tuple[int, str]
"""Amount in cents and cheque number: what must be the same where one place in the bank's books is told twice."""


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line by its number in the file, as it was read."""

    number: int
    read: MailedCheque | LineRefused


@dataclass(frozen=True, slots=True)
class Booked:
    """Money for an account."""

    number: int
    cheque: MailedCheque
    account_id: UUID


@dataclass(frozen=True, slots=True)
class Waiting:
    """Money that a person has to find the account of."""

    number: int
    cheque: MailedCheque
    because: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """Told before: nothing happens."""

    number: int
    cheque: MailedCheque


@dataclass(frozen=True, slots=True)
class Refused:
    """Not taken; somebody has to correct the line, or to ask the bank."""

    number: int
    refusal: LineRefused


@dataclass(slots=True)
class SortedLines:
    """The lines by what becomes of them."""

    booked: list[Booked] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    repeated: list[Repeated] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def sort_lines(
    lines: Iterable[ReadLine], *, taken: Mapping[str, Identity], known_cheques: Set[str],
    account_ids: Mapping[str, UUID],
) -> SortedLines:  # fmt: skip
    """Decide line by line. `taken` is what was taken before by its source key, `known_cheques` by its piece of paper.

    Both also count what this call takes: a file may say something twice.
    """
    found = SortedLines()
    taken, known_cheques = dict(taken), set(known_cheques)
    for line in lines:
        cheque = line.read
        if isinstance(cheque, LineRefused):
            found.refused.append(Refused(line.number, cheque))
            continue
        identity = (cheque.amount_cents, cheque.cheque_number)
        before = taken.get(cheque.source_key)
        if before == identity:
            found.repeated.append(Repeated(line.number, cheque))
        elif before is not None:
            found.refused.append(Refused(line.number, _contradiction(cheque)))
        else:
            taken[cheque.source_key] = identity
            _place(found, line.number, cheque, known_cheques=known_cheques, account_ids=account_ids)
            if cheque.cheque_key is not None:
                known_cheques.add(cheque.cheque_key)
    return found


def _place(
    found: SortedLines, number: int, cheque: MailedCheque, *, known_cheques: Set[str], account_ids: Mapping[str, UUID]
) -> None:
    because = _why_wait(cheque, known_cheques=known_cheques, account_ids=account_ids)
    if because is None:
        found.booked.append(Booked(number, cheque, account_ids[cheque.account_number]))
    else:
        found.waiting.append(Waiting(number, cheque, because))


def _why_wait(cheque: MailedCheque, *, known_cheques: Set[str], account_ids: Mapping[str, UUID]) -> str | None:
    if not cheque.account_number:
        return NO_ACCOUNT_NUMBER
    if cheque.account_number not in account_ids:
        return UNKNOWN_ACCOUNT
    return SAME_CHEQUE if cheque.cheque_key in known_cheques else None


def _contradiction(cheque: MailedCheque) -> LineRefused:
    return LineRefused(
        field="item",
        reason=(
            f"item {cheque.item} of batch {cheque.batch} of {cheque.received_on} was taken before with another amount "
            "or cheque number. Ask the bank which is right."
        ),
        amount_cents=cheque.amount_cents,
    )
