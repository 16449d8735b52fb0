"""A mail room: files of cheques come in, the databases of accounts and payments stand behind it."""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from sqlalchemy import text

from chassis.clock import FixedClock
from chassis.keys import FieldCipher
from chassis.store import Cause, Database
from deploy.bench.portfolio import invented_portfolio
from deploy.lockbox.taking import TakenLockbox, take_lockbox
from services.accounts.operations import Opened, import_accounts
from services.payments.operations import pay_refund
from services.payments.rules.lockbox import LineRefused
from services.payments.service import PaymentsService
from tests.builders.payments import AccountsBook
from tests.builders.wiring import emitted, wire
from tests.fixtures.postgres import OpenDatabase

if TYPE_CHECKING:
    from services.payments.providers.interface import Processor

COLUMNS = ("batch", "item", "received_on", "amount_cents", "cheque_number", "account_number")
TODAY = date(2026, 11, 23)


@dataclass
class MailRoom:
    """Speaks for the operator who takes files in; `numbers` are those of the accounts that there are."""

    service: PaymentsService
    accounts: AccountsBook
    urls: Mapping[str, str]
    keys: Path
    clock: FixedClock
    folder: Path
    numbers: list[str] = field(default_factory=list)
    account_ids: list[UUID] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def line(self, item: int, **differences: Any) -> dict[str, Any]:
        """$412.35 for the first account, received on the Friday before."""
        return {
            "batch": "B7", "item": item, "received_on": "2026-11-20", "amount_cents": 41_235,
            "cheque_number": 1000 + item, "account_number": self.numbers[0], **differences,
        }  # fmt: skip

    def file(self, *lines: Mapping[str, Any], name: str = "lockbox.csv") -> Path:
        path = self.folder / name
        columns = list(dict.fromkeys([*COLUMNS, *(column for line in lines for column in line)]))
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            writer.writerows(lines)
        return path

    def take(self, path: Path) -> TakenLockbox:
        self.refusals = []
        return take_lockbox(path, urls=self.urls, keys=self.keys, clock=self.clock, refused=self._note)

    def take_lines(self, *lines: Mapping[str, Any], name: str = "lockbox.csv") -> TakenLockbox:
        return self.take(self.file(*lines, name=name))

    def pay_refund(self, refund_id: str) -> None:
        """What the errand does with it; no processor is asked, so none is given."""
        no_cause = Cause(event_id=UUID(refund_id), root_id=UUID(refund_id))
        pay_refund(
            self.service.store, processor=cast("Processor", None), clock=self.clock, cause=no_cause, refund_id=refund_id
        )

    def rows(self, question: str) -> list[Any]:
        with self.service.store.engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(question))]

    def posted(self) -> list[dict[str, Any]]:
        """What was told of it, in order."""
        return [dict(envelope.data) for envelope in emitted(self.service.store, name="payment_posted")]

    def everything_stored(self) -> str:
        tables = [name for (name,) in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return "\n".join(row for name in tables for (row,) in self.rows(f"SELECT t::text FROM {name} t"))

    def _note(self, line: int, refusal: LineRefused) -> None:
        self.refusals.append(f"line {line}, {refusal}")


def mail_room(
    databases: OpenDatabase, migrated: Callable[[str], str], *, keys: Path, clock: FixedClock, folder: Path
) -> MailRoom:
    accounts = AccountsBook()
    service = wire(
        PaymentsService, database=databases("payments"), clock=clock, keys_folder=keys, accounts=accounts,
        cipher=FieldCipher(folder=keys, purpose="fields-payments"),
    )  # fmt: skip
    room = MailRoom(
        service=service, accounts=accounts, urls={name: migrated(name) for name in ("accounts", "payments")},
        keys=keys, clock=clock, folder=folder,
    )  # fmt: skip
    for opened in _opened(databases("accounts"), keys=keys, clock=clock):
        room.numbers.append(opened.record.account_number)
        room.account_ids.append(opened.account_id)
    return room


def _opened(database: Database, *, keys: Path, clock: FixedClock) -> Iterable[Opened]:
    found: list[Opened] = []
    with database.writing() as transaction:
        import_accounts(
            transaction, records=invented_portfolio(name="mail", loans=2, leases=0, as_of_on=date(2026, 11, 1)),
            now=clock.now(), today=clock.today(), cipher=FieldCipher(folder=keys, purpose="fields-accounts"),
            opened=found.append,
        )  # fmt: skip
    return found
