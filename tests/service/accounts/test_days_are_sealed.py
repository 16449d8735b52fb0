"""A digest that has left the machine tells when the books of a day were written anew, however consistently."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from chassis.clock import FixedClock
from chassis.keys import SigningKeys, add_signing_key
from chassis.store import Database
from deploy.ledger_check import check
from deploy.ledger_seal import CHANGED, FORGED, PURPOSE, opened, seal_differences, seal_of, signed
from deploy.postgres.cluster import Cluster
from services.accounts.service import AccountsService
from tests.builders.accounts import a_loan, an_account, payment_posted
from tests.builders.wiring import deliver

DAY, LATER = date(2026, 11, 23), date(2026, 11, 24)


# The seal of an entry over the one before, as the entry now is.
RESEAL = text("""
    UPDATE journal_entries e SET chain_digest = sha256(convert_to(concat_ws(chr(31),
        encode(coalesce((SELECT b.chain_digest FROM journal_entries b
                         WHERE b.account_id = e.account_id AND b.chain_number = e.chain_number - 1), ''), 'hex'),
        e.chain_number, e.source_key, e.account_id, e.cause_key, e.kind, to_char(e.posted_on, 'YYYY-MM-DD'),
        to_char(e.effective_on, 'YYYY-MM-DD'), coalesce(e.reverses_id::text, ''),
        (extract(epoch FROM e.created_at) * 1000000)::bigint,
        (SELECT string_agg(ledger_account || ':' || debit_cents || ':' || credit_cents, chr(30) ORDER BY number)
         FROM journal_lines WHERE entry_id = e.id)), 'UTF8'))
    WHERE e.chain_number = :number
""")


@pytest.fixture
def keys(tmp_path: Path) -> SigningKeys:
    add_signing_key(folder=tmp_path, purpose=PURPOSE)
    return SigningKeys(folder=tmp_path, purpose=PURPOSE)


@pytest.fixture
def books(service: AccountsService, clock: FixedClock) -> Database:
    """A loan taken over and paid on the day, and paid again the day after."""
    account_id = an_account(service, a_loan())
    deliver(service.on_payment_posted, payment_posted(service, account_id=account_id, amount_cents=10_000))
    clock.move_to(clock.now(), today=LATER)
    deliver(service.on_payment_posted, payment_posted(service, account_id=account_id, amount_cents=20_000))
    return service.store


@pytest.fixture
def superuser(service: AccountsService, cluster: Cluster) -> Iterator[Connection]:
    engine = create_engine(cluster.admin_url(str(service.store.engine.url.database)))
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection
    engine.dispose()


def write_anew(superuser: Connection) -> None:
    """Change an entry, then seal it and all after it as they should be, up to the account's own number."""
    superuser.execute(text("UPDATE journal_entries SET cause_key = 'another' WHERE chain_number = 1"))
    newest = superuser.execute(text("SELECT max(chain_number) FROM journal_entries")).scalar_one()
    for number in range(1, newest + 1):
        superuser.execute(RESEAL, {"number": number})
    superuser.execute(
        text(
            "UPDATE account_states s SET chain_digest = e.chain_digest FROM journal_entries e"
            " WHERE e.account_id = s.account_id AND e.chain_number = s.chain_number"
        )
    )
    superuser.commit()


def keep(folder: Path, books: Database, keys: SigningKeys, on: date = DAY) -> Path:
    path = folder / f"{on}.jws"
    path.write_text(signed(seal_of(books, posted_on=on), keys=keys))
    return path


def test_a_seal_holds_the_day_and_nothing_of_the_next(books: Database, keys: SigningKeys, tmp_path: Path) -> None:
    seal = seal_of(books, posted_on=DAY)
    assert (seal.accounts, seal.entries, len(seal.digest)) == (1, 4, 64)
    assert opened(signed(seal, keys=keys), keys=keys) == seal
    assert seal_of(books, posted_on=LATER).digest != seal.digest
    assert seal_of(books, posted_on=date(2026, 11, 1)).accounts == 0
    keep(tmp_path, books, keys)
    assert list(seal_differences(books, folder=tmp_path, keys=keys)) == []


def test_books_written_anew_agree_with_themselves_and_not_with_the_seal(
    books: Database, keys: SigningKeys, tmp_path: Path, superuser: Connection
) -> None:
    keep(tmp_path, books, keys)
    write_anew(superuser)
    assert check(books) == []
    (difference,) = seal_differences(books, folder=tmp_path, keys=keys)
    assert (difference.check, difference.place) == (CHANGED, "2026-11-23")


def test_a_seal_that_we_did_not_sign_is_told(books: Database, keys: SigningKeys, tmp_path: Path) -> None:
    path = keep(tmp_path, books, keys)
    header, _, signature = path.read_text().split(".")
    other = signed(seal_of(books, posted_on=LATER), keys=keys).split(".")[1]
    path.write_text(f"{header}.{other}.{signature}")
    (difference,) = seal_differences(books, folder=tmp_path, keys=keys)
    assert (difference.check, difference.place) == (FORGED, "2026-11-23.jws")
