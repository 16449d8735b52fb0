"""What a payoff would be, what was promised, and where money may be mailed."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.store import Transaction
from services.accounts.contract.errors import NothingToPayOff, QuoteKindUnfit
from services.accounts.models import accounts, payoff_quotes, received_cents
from services.accounts.queries.reading import allowed_id, read_account
from services.accounts.rules.addresses import NOTE, PaymentAddress
from services.accounts.rules.payoff import PAYOFF, PayoffPolicy, payoff_on, require_good_through
from services.accounts.rules.payoff_wording import explained, preview_as_told, quote_as_told
from services.accounts.rules.shown import OPEN
from services.accounts.rules.terms import LoanTerms


def get_payoff_preview(
    transaction: Transaction, *, account_id: str, good_through: date | None, caller: CallContext,
    policy: PayoffPolicy, addresses: tuple[PaymentAddress, ...], today: date,
) -> dict[str, Any]:  # fmt: skip
    """What closes a loan on a date, today where none is given; nothing is stored and nothing promised.

    Raises NotFound, QuoteKindUnfit for a lease, NothingToPayOff, GoodThroughOutOfRange.
    """
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    if not isinstance(account.terms, LoanTerms):
        raise QuoteKindUnfit()
    if account.columns["status"] != OPEN:
        raise NothingToPayOff()
    on = today if good_through is None else good_through
    require_good_through(good_through=on, today=today, policy=policy)
    figures = payoff_on(terms=account.terms, state=account.state, on=on)
    return preview_as_told(
        account_id=account.id, product=account.columns["product"], kind=PAYOFF, as_of_on=today, figures=figures,
        explanation=explained(terms=account.terms, state=account.state, figures=figures), addresses=addresses,
    )  # fmt: skip


def get_payoff_quote(
    transaction: Transaction, *, account_id: str, quote_id: str, caller: CallContext,
    addresses: tuple[PaymentAddress, ...], today: date,
) -> dict[str, Any]:  # fmt: skip
    """A quote of the account, with what became of it. Raises NotFound."""
    identifier = allowed_id(caller, account_id)
    quote = transaction.one(
        select(payoff_quotes, received_cents(), accounts.c.product)
        .join(accounts, accounts.c.id == payoff_quotes.c.account_id)
        .where(payoff_quotes.c.account_id == identifier, payoff_quotes.c.id == _quote_id(quote_id))
    )
    if quote is None:
        raise NotFound()
    return quote_as_told(quote, product=quote["product"], today=today, addresses=addresses)


def list_payment_addresses(
    transaction: Transaction, *, account_id: str, caller: CallContext, addresses: tuple[PaymentAddress, ...]
) -> dict[str, Any]:
    """Where money for the account may be mailed, by purpose and speed. Raises NotFound."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    fitting = [address for address in addresses if address.product == account.columns["product"]]
    return {"data": fitting, "note": NOTE}


def _quote_id(quote_id: str) -> UUID:
    try:
        return UUID(quote_id)
    except ValueError:
        raise NotFound() from None
