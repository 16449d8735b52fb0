"""Taking a lockbox file in: a thousand lines a transaction, so that an end in the middle loses and doubles nothing.

A file that was taken to its end changes nothing when it comes again; one that was not goes on where it ended.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from chassis.clock import Clock
from chassis.keys import FieldCipher
from chassis.store import Database
from deploy.collecting import without_collector
from deploy.lockbox.reading import read_lines, sha256_of
from deploy.portfolio.ahead import read_ahead
from services.accounts.queries import match_account_numbers
from services.payments.operations import (
    LockboxFile,
    find_lockbox_file,
    finish_lockbox_file,
    open_lockbox_file,
    take_cheques,
)
from services.payments.rules.lockbox import LineRefused, MailedCheque, ReadLine

BATCH = 1_000

OnRefusal = Callable[[int, LineRefused], None]


@dataclass(frozen=True)
class TakenLockbox:
    """A file after it was taken; `was_here` where that had been done before."""

    file: LockboxFile
    was_here: bool


def take_lockbox(
    path: Path, *, urls: Mapping[str, str], keys: Path, clock: Clock, refused: OnRefusal
) -> TakenLockbox:  # fmt: skip
    """Book every cheque of the file once. `refused` is told of each line that cannot be read.

    Raises MalformedLockbox where the file ends before its end, with the lines before that taken, and FileBusy where
    another process takes the same file.
    """
    cipher = FieldCipher(folder=keys, purpose="fields-payments")
    with without_collector(), ExitStack() as stack:
        books, payments = (_opened(stack, urls, service, clock=clock) for service in ("accounts", "payments"))
        with payments.writing() as transaction:
            file = open_lockbox_file(transaction, sha256=sha256_of(path), name=path.name, now=clock.now())
        if file.is_finished:
            return TakenLockbox(file, was_here=True)
        for lines in _batches(read_ahead(read_lines(path, today=clock.today(), after=file.last_line))):
            with books.reading() as transaction:
                account_ids = match_account_numbers(transaction, account_numbers=_numbers(lines))
            with payments.writing() as transaction:
                taken = take_cheques(
                    transaction, file=file, lines=lines, account_ids=account_ids, now=clock.now(), cipher=cipher
                )
            file = taken.file
            for line in taken.refused:
                refused(line.number, line.refusal)
        with payments.writing() as transaction:
            finish_lockbox_file(transaction, file_id=file.id, now=clock.now())
            file = find_lockbox_file(transaction, file_id=file.id)
    return TakenLockbox(file, was_here=False)


def _opened(stack: ExitStack, urls: Mapping[str, str], service: str, *, clock: Clock) -> Database:
    database = Database(url=urls[service], service=service, clock=clock)
    stack.callback(database.close)
    return database


def _numbers(lines: Iterable[ReadLine]) -> set[str]:
    cheques = (line.read for line in lines if isinstance(line.read, MailedCheque))
    return {cheque.account_number for cheque in cheques if cheque.account_number}


def _batches(lines: Iterable[ReadLine]) -> Iterator[list[ReadLine]]:
    remaining = iter(lines)
    while batch := list(islice(remaining, BATCH)):
        yield batch
