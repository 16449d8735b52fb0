"""Files to and from the bank, each in one transaction of payments; one that goes out is on disk whole or not at all."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from chassis.clock import Clock
from chassis.keys import FieldCipher
from chassis.store import Database, Row
from deploy.ach.reports import read_report
from deploy.stack import write_private
from services.payments.operations import (
    AchFile,
    TakenAch,
    close_ach_notice,
    make_ach_file,
    reconcile,
    settle_agreed,
    take_ach_file,
)
from services.payments.queries import list_ach_notices
from services.payments.rules.nacha import read_file
from services.payments.rules.originating import Originator
from services.payments.rules.settlement import Compared


@dataclass(frozen=True)
class Settled:
    """A settlement report after it was compared; `newly_settled` is None where nothing was to be settled."""

    compared: Compared
    lines: int
    newly_settled: int | None


@dataclass(frozen=True)
class Desk:
    """Where files are exchanged: the database of payments and what is needed to read it."""

    database: Database
    cipher: FieldCipher
    clock: Clock

    def write(self, out: Path, *, originator: Originator, business_on: date, another: bool) -> AchFile:
        """Write the date's file, 0600. Its row is committed first: a command that dies in between is run again.

        Raises NothingToSend, DayIsFull, FileChanged, Unwritable.
        """
        with self.database.writing() as transaction:
            file = make_ach_file(
                transaction, business_on=business_on, another=another, originator=originator, now=self.clock.now(),
                cipher=self.cipher,
            )  # fmt: skip
        write_private(out, file.content)
        return file

    def take(self, path: Path) -> TakenAch:
        """Take in returns and corrections. Raises MalformedFile, with nothing taken."""
        content = path.read_bytes()
        # A byte that is no ASCII is refused by its line and position, like any other wrong character.
        file = read_file(content.decode("latin-1"))
        with self.database.writing() as transaction:
            return take_ach_file(
                transaction, sha256=hashlib.sha256(content).hexdigest(), name=path.name, file=file,
                now=self.clock.now(), today=self.clock.today(), cipher=self.cipher,
            )  # fmt: skip

    def waiting(self) -> list[Row]:
        """The notices that wait for a person."""
        with self.database.reading() as transaction:
            return list_ach_notices(transaction)

    def close(self, notice_id: UUID, *, closed_by: str, note: str) -> bool:
        """A person has looked at a notice. False where no such notice waits."""
        with self.database.writing() as transaction:
            return close_ach_notice(
                transaction, notice_id=notice_id, closed_by=closed_by, note=note, now=self.clock.now()
            )

    def reconcile(self, path: Path, *, settles: bool) -> Settled:
        """Hold a settlement report against our books; `settles`: what agrees has come in. Raises MalformedReport."""
        lines = read_report(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with self.database.writing() as transaction:
            now, today = self.clock.now(), self.clock.today()
            compared = reconcile(transaction, sha256=digest, name=path.name, lines=lines, now=now)
            settled = settle_agreed(transaction, compared=compared, now=now, today=today) if settles else None
        return Settled(compared, len(lines), settled)


def open_desk(urls: Mapping[str, str], *, keys: Path, clock: Clock) -> Desk:
    """A desk on the payments database; whoever opens it closes the database."""
    database = Database(url=urls["payments"], service="payments", clock=clock)
    return Desk(database=database, cipher=FieldCipher(folder=keys, purpose="fields-payments"), clock=clock)
