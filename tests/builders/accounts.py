"""Accounts for tests: a record as a portfolio would name it, taken over for real, and the payments it hears of."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID
from zlib import crc32

from sqlalchemy import Table, func, insert, select

from chassis.clock import Clock
from chassis.events import Envelope
from chassis.ids import new_id
from chassis.keys import FieldCipher, SecretKey
from chassis.store import Database
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioParty, PortfolioVehicle
from services.accounts.contract.settings import ADDRESSES, PAPERLESS_VERSIONS
from services.accounts.contract.terms import LeaseTerms, LoanTerms, Opening
from services.accounts.models import accounts, journal_entries, journal_lines, payoff_quotes
from services.accounts.operations import Imported, import_accounts
from services.accounts.providers.paper import Paper, read_disclosures
from services.accounts.providers.printing import Printer
from services.accounts.providers.wiring import PAPERLESS_PURPOSE, PURPOSE
from services.accounts.rules.addresses import configured_addresses
from services.accounts.rules.payoff import PayoffPolicy
from services.accounts.service import AccountsService
from services.notifications.contract.settings import BRAND_NAME, BRAND_PHONE
from services.payments.contract import events as payments_events
from tests.builders.wiring import an_event, wire

A_VEHICLE = PortfolioVehicle(vin="5XYP5DHC9RG123456", year=2024, make="Kia", model="Telluride")
A_BORROWER = PortfolioParty(
    first_name="Dana", last_name="De La Cruz", ssn_last4="4417", phone="+12145550137", sms_consent=True,
    email="dana@example.com", role="borrower",
)  # fmt: skip
A_CO_BORROWER = replace(
    A_BORROWER, first_name="Sam", last_name="Whitfield", ssn_last4="0093", sms_consent=False, role="co_borrower"
)
LOAN_TERMS = LoanTerms(
    annual_rate_percent=Decimal("6.49"), day_count="actual/365", payment_cents=41_237, payment_count=60,
    first_due_on=date(2026, 1, 5), due_day=5, grace_days=10,
)  # fmt: skip
LEASE_TERMS = LeaseTerms(
    adjusted_capitalized_cost_cents=3_150_000, residual_cents=1_890_000, term_months=36, base_payment_cents=44_979,
    tax_cents=3_261, first_due_on=date(2026, 1, 15), due_day=15, grace_days=10,
)  # fmt: skip
LEASE_BALANCE_AFTER_TEN_CENTS = 2_817_874
MADE = count()
DAY_WAIT = timedelta(hours=2)
A_POLICY = PayoffPolicy(days_ahead_max=30, drift_cents_max=1_000, refunds_small_credit=False)
PUBLISHED_ADDRESSES = configured_addresses({setting.name: setting.default for setting in ADDRESSES})


def an_opening(**changed: Any) -> Opening:
    """A loan taken over on 5 November 2026: eleven of sixty instalments paid, $18,250.00 to go, next due 5 December."""
    opening = Opening(
        as_of_on=date(2026, 11, 5), principal_cents=1_825_000, accrued_interest_cents=0,
        interest_paid_through_on=date(2026, 11, 5), next_instalment_number=12, partial_paid_cents=0, fees_due_cents=0,
        unapplied_cents=0, payments_made=11,
    )  # fmt: skip
    return replace(opening, **changed)


def a_loan(*, source_ref: str = "demo/loans/1", **changed: Any) -> PortfolioAccount:
    record = PortfolioAccount(
        source_ref=source_ref, account_number=f"10{crc32(source_ref.encode()):010d}", product="loan", status="open",
        state="TX", issuer="Demo Auto Trust", opened_on=date(2025, 12, 5), closed_on=None, charged_off_cents=None,
        has_co_borrower=None, vehicle=A_VEHICLE, terms=LOAN_TERMS, opening=an_opening(), parties=(A_BORROWER,),
        lease=None,
    )  # fmt: skip
    return replace(record, **changed)


def a_lease(*, source_ref: str = "demo/leases/1", **changed: Any) -> PortfolioAccount:
    """Ten of thirty-six paid in advance; the eleventh was due on 15 November 2026."""
    opening = an_opening(principal_cents=LEASE_BALANCE_AFTER_TEN_CENTS, next_instalment_number=11, payments_made=10)
    return a_loan(source_ref=source_ref, **{"product": "lease", "terms": LEASE_TERMS, "opening": opening, **changed})


def a_closed_loan(*, source_ref: str = "demo/loans/closed", **changed: Any) -> PortfolioAccount:
    opening = an_opening(principal_cents=0, next_instalment_number=61, payments_made=60)
    closed = {"status": "closed", "closed_on": date(2026, 9, 30), "opening": opening}
    return a_loan(source_ref=source_ref, **{**closed, **changed})


def accounts_service(*, database: Database, clock: Clock, keys_folder: Path) -> AccountsService:
    """The service as nameko would wire it."""
    return wire(
        AccountsService, database=database, clock=clock, keys_folder=keys_folder, cipher=party_cipher(keys_folder),
        policy=A_POLICY, addresses=PUBLISHED_ADDRESSES, paper=our_paper(keys_folder),
        day_wait=DAY_WAIT,
    )  # fmt: skip


def our_paper(keys_folder: Path) -> Paper:
    """What statements are made with, as it is without any setting."""
    name, phone = str(BRAND_NAME.default), str(BRAND_PHONE.default)
    return Paper(
        name=name, phone=phone, addresses=PUBLISHED_ADDRESSES, printer=Printer(),
        disclosures=read_disclosures(versions=PAPERLESS_VERSIONS.default, name=name, phone=phone),
        secret=SecretKey(folder=keys_folder, purpose=PAPERLESS_PURPOSE).newest,
    )  # fmt: skip


def party_cipher(keys_folder: Path) -> FieldCipher:
    return FieldCipher(folder=keys_folder, purpose=PURPOSE)


def take_over(service: AccountsService, *records: PortfolioAccount, announce: bool = False) -> Imported:
    """Import records as `captive import` would."""
    clock = service.clock
    with service.store.writing() as transaction:
        return import_accounts(
            transaction, records=records, now=clock.now(), today=clock.today(), cipher=service.cipher,
            announce=announce,
        )  # fmt: skip


def an_account(service: AccountsService, record: PortfolioAccount) -> str:
    """Take one record over; gives the id of its account."""
    take_over(service, record)
    with service.store.reading() as transaction:
        return str(transaction.value(select(accounts.c.id).where(accounts.c.source_ref == record.source_ref)))


def payment_posted(service: AccountsService, *, account_id: str, **changed: Any) -> Envelope:
    """The event with which payments hands money to the ledger; later ones have later ids, as the clock would give."""
    made_at = service.clock.now() + timedelta(milliseconds=next(MADE))
    data = {
        "payment_id": str(new_id(at=made_at)), "account_id": account_id, "presentment_number": 1,
        "amount_cents": LOAN_TERMS.payment_cents, "effective_on": service.clock.today(), "extra": None,
        "method_type": "card", "method_last4": "4242",
    } | changed  # fmt: skip
    return an_event(payments_events.payment_posted, clock=service.clock, subject=account_id, data=data)


def a_stored_quote(service: AccountsService, *, account_id: str, payoff_cents: int, good_through: date) -> str:
    """A live quote of a sum that the account as it is known now would not give; its id."""
    now, quote_id = service.clock.now(), new_id(at=service.clock.now())
    row = {
        "id": quote_id, "account_id": UUID(account_id), "kind": "payoff", "source_ref": None, "lines": [],
        "principal_cents": payoff_cents, "interest_cents": 0, "fees_cents": 0, "other_cents": 0, "credit_cents": 0,
        "payoff_cents": payoff_cents, "per_diem": "0.0000", "as_of_on": service.clock.today(),
        "good_through": good_through, "rests_on_number": 1, "drift_limit_cents": A_POLICY.drift_cents_max,
        "explanation": {}, "status": "live", "met_by_key": None,
        "withdrawn_reason": None, "withdrawn_on": None, "issued_at": now, "decided_at": None,
    }  # fmt: skip
    with service.store.writing() as transaction:
        transaction.run(insert(payoff_quotes).values(row))
    return str(quote_id)


def rows_of(database: Database, table: Table) -> list[dict[str, Any]]:
    """All of a table, for outcomes that no door shows."""
    with database.reading() as transaction:
        return [dict(row) for row in transaction.all(select(table).order_by(*table.primary_key))]


def ledger_of(database: Database, *, account_id: str) -> dict[str, int]:
    """Debits less credits by ledger account of everything posted for an account; zeros are left out."""
    lines = journal_lines
    total = func.sum(lines.c.debit_cents - lines.c.credit_cents)
    statement = (
        select(lines.c.ledger_account, total.label("cents"))
        .join(journal_entries, journal_entries.c.id == lines.c.entry_id)
        .where(journal_entries.c.account_id == UUID(account_id))
        .group_by(lines.c.ledger_account)
        .having(total != 0)
    )
    with database.reading() as transaction:
        return {row["ledger_account"]: int(row["cents"]) for row in transaction.all(statement)}
