"""The tables of accounts as `migrations` builds them, with every constraint the database holds by itself."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB, UUID

from services.accounts.rules.journal import LedgerAccount

metadata = MetaData()

CONTROL_ACCOUNTS = frozenset(
    {
        LedgerAccount.CUSTOMER_SUSPENSE,
        LedgerAccount.INTEREST_RECEIVABLE,
        LedgerAccount.PRINCIPAL_RECEIVABLE,
        LedgerAccount.FEE_RECEIVABLE,
        LedgerAccount.LEASE_RECEIVABLE,
        LedgerAccount.RENT_RECEIVABLE,
        LedgerAccount.REFUND_PAYABLE,
    }
)
"""The ledger accounts whose lines name an account: its lines are the account's sub-ledger."""


def _id(name: str, *, primary_key: bool = False, nullable: bool = False) -> Column[object]:
    return Column(name, UUID(as_uuid=True), primary_key=primary_key, nullable=nullable)


def _cents(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


accounts = Table(
    "accounts",
    metadata,
    _id("id", primary_key=True),
    _text("account_number"),
    _text("source_ref"),
    _text("product"),
    _text("status"),
    _text("state", nullable=True),
    _text("issuer"),
    Column("vehicle", JSONB, nullable=False),
    Column("lease", JSONB(none_as_null=True)),
    Column("has_co_borrower", Boolean),
    _cents("charged_off_cents", nullable=True),
    Column("paperless", Boolean, nullable=False),
    Column("opened_on", Date),
    Column("closed_on", Date),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

account_parties = Table(
    "account_parties",
    metadata,
    _id("id", primary_key=True),
    _id("account_id"),
    _text("role"),
    _text("first_name_sealed"),
    _text("last_name_sealed"),
    _text("ssn_last4_sealed"),
    _text("phone_sealed", nullable=True),
    _text("email_sealed", nullable=True),
    Column("sms_consent", Boolean, nullable=False),
    # By which staff find the party: of the name as rules.names compares it.
    Column("last_name_print", BigInteger),
    _text("mailing_address_sealed", nullable=True),
)

contract_terms = Table(
    "contract_terms",
    metadata,
    _id("account_id", primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("effective_on", Date, nullable=False),
    Column("terms", JSONB, nullable=False),
)

account_events = Table(
    "account_events",
    metadata,
    _id("id", primary_key=True),
    _id("account_id"),
    Column("number", Integer, nullable=False),
    _text("source_key"),
    _text("kind"),
    Column("effective_on", Date, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

account_states = Table(
    "account_states",
    metadata,
    _id("account_id", primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", JSONB, nullable=False),
    _cents("held_cents"),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("chain_number", Integer),
    Column("chain_digest", BYTEA),
    Column("next_action_on", Date),
    Column("next_action_stage", SmallInteger),
    Column("reminded_on", Date),
    Column("fees_considered_on", Date),
    Column("bucket_due_on", Date),
    Column("bucket_days", SmallInteger, nullable=False),
    Column("delinquent_since_on", Date),
)

allocations = Table(
    "allocations",
    metadata,
    _id("id", primary_key=True),
    _id("account_id"),
    _id("event_id", nullable=True),
    _text("source_key"),
    _text("kind"),
    Column("effective_on", Date, nullable=False),
    _cents("amount_cents"),
    _cents("interest_cents"),
    _cents("principal_cents"),
    _cents("tax_cents"),
    _cents("fees_cents"),
    _cents("unapplied_cents"),
    _cents("interest_recognised_cents"),
    Column("instalments", ARRAY(Integer), nullable=False),
    Column("explanation", JSONB, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    _cents("written_off_cents"),
)

work_items = Table(
    "work_items",
    metadata,
    _id("id", primary_key=True),
    _id("account_id", nullable=True),
    _text("source_key"),
    _text("reason"),
    Column("details", JSONB, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    _text("closed_by", nullable=True),
    _text("closing_note", nullable=True),
)

journal_entries = Table(
    "journal_entries",
    metadata,
    _id("id", primary_key=True),
    _text("source_key"),
    _id("account_id"),
    _text("cause_key"),
    _text("kind"),
    Column("posted_on", Date, nullable=False),
    Column("effective_on", Date, nullable=False),
    _id("reverses_id", nullable=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("chain_number", Integer),
    Column("chain_digest", BYTEA),
)

journal_lines = Table(
    "journal_lines",
    metadata,
    _id("entry_id", primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    _text("ledger_account"),
    _id("account_id", nullable=True),
    _cents("debit_cents"),
    _cents("credit_cents"),
)
