"""Prove the payments: the processor, payments and the ledger say the same of each."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import DataFolder, StackProblem, clock_of

if TYPE_CHECKING:
    from chassis.store import Database
    from deploy.payments_check import Report
    from services.payments.providers.interface import Processor

LOOK_AGAIN_SECONDS = 5.0
"""What has only not arrived yet agrees a little later."""


@click.group(name="payments", cls=Group)
def command() -> None:
    """Prove the payments: the processor, payments and the ledger say the same of each."""


@command.command(name="reconcile")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only payments made on this day (UTC) or later.")
@data_option
def reconcile(since: datetime | None, data: Path) -> None:
    """Compare each payment at the processor, in payments and in the ledger; exit code 1 where they differ.

    The processor is the one that the settings name: that of the running stack in the data folder, else PROCESSOR,
    PROCESSOR_BASE_URL and PROCESSOR_API_KEY. Nothing is changed. deploy/ach reconciles banks' settlement reports.
    """
    from datetime import UTC

    from chassis.errors import OutcomeUnknown, VendorDown

    from_at = None if since is None else since.replace(tzinfo=UTC)
    with _books(DataFolder(data)) as (payments, accounts, processor):
        try:
            report = _look(payments, accounts, processor, since=from_at)
            if report.count:
                time.sleep(LOOK_AGAIN_SECONDS)
                report = _look(payments, accounts, processor, since=from_at)
        except (VendorDown, OutcomeUnknown) as silent:
            raise StackProblem(f"The processor does not list its charges: {silent}.") from silent
    for difference in report.differences:
        click.echo(f"DIFFERENCE {difference}")
    if report.count > len(report.differences):
        click.echo(f"DIFFERENCE and {report.count - len(report.differences)} more")
    verdict = f"the books have {report.count} differences" if report.count else "the books agree"
    click.echo(f"{verdict}: {report}")
    sys.exit(1 if report.count else 0)


def _look(
    payments: "Database", accounts: "Database", processor: "Processor", *, since: datetime | None
) -> "Report":  # fmt: skip
    from deploy.payments_check import examine

    return examine(
        payments_database=payments, accounts_database=accounts, charges=processor.list_charges(since=since),
        now=payments.clock.now(), since=since,
    )  # fmt: skip


@contextmanager
def _books(folder: DataFolder) -> "Iterator[tuple[Database, Database, Processor]]":
    from chassis.keys import FieldCipher
    from chassis.store import Database
    from services.payments.providers.nacha_file import NachaFileProcessor
    from services.payments.providers.wiring import FIELDS_PURPOSE

    clock, cards = clock_of(folder, environment=os.environ), _processor(folder)
    with reachable_databases(folder=folder, environment=os.environ) as urls:
        payments = Database(url=urls["payments"], service="payments", clock=clock)
        accounts = Database(url=urls["accounts"], service="accounts", clock=clock)
        cipher = FieldCipher(folder=Path(os.environ.get("KEYS_DIR", folder.keys)), purpose=FIELDS_PURPOSE)
        try:
            # What ever left in a file of ours was charged there, whatever the settings say now.
            yield payments, accounts, NachaFileProcessor(cards=cards, store=payments, cipher=cipher, clock=clock)
        finally:
            payments.close()
            accounts.close()


def _processor(folder: DataFolder) -> "Processor":
    from chassis.settings import SettingsInvalid, read
    from services.payments.providers.wiring import ProcessorProvider, processor_of

    record = folder.find_record()
    if record is not None:
        os.environ.setdefault("PROCESSOR_BASE_URL", record.sandbox_url)
        os.environ.setdefault("PROCESSOR_API_KEY", folder.secret("processor-api-key"))
    try:
        return processor_of(read(ProcessorProvider.needs))
    except SettingsInvalid as invalid:
        raise StackProblem(" ".join(str(invalid).splitlines())) from invalid
