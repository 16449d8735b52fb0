"""Who asks in the rounds of `bench http`: a customer for each account, with a token, a bank account and a standing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update

from chassis.clock import Clock
from chassis.context import CUSTOMER, CallContext, as_service
from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Database
from deploy.bench.http_checks import PUBLIC_URL
from deploy.demo.story import BANK_ACCOUNT
from services.accounts.models import accounts
from services.accounts.queries import get_standing
from services.identity.providers.keyring import Keyring
from services.payments.models import payments
from services.payments.operations import add_payment_method, note_standing
from services.payments.rules.methods import MethodPolicy
from services.payments.rules.states import POSTED, SUBMITTING

# As long as the gateway lets any token live.
TOKEN_SECONDS = 290


@dataclass(frozen=True)
class Payer:
    """A customer with one account and one bank account."""

    user_id: UUID
    account_id: str
    method_id: str
    keyring: Keyring
    clock: Clock

    def authorization(self) -> str:
        """A fresh token in its header, as identity would have given it."""
        now = self.clock.now()
        token = self.keyring.access_token(
            now=now, lives_seconds=TOKEN_SECONDS, user_id=self.user_id, role=CUSTOMER,
            accounts=[{"account_id": self.account_id, "role": "borrower"}], session_id=new_id(at=now), proven_at=now,
        )  # fmt: skip
        return f"Bearer {token}"


def payers(*, urls: Mapping[str, str], keys: Path, clock: Clock) -> list[Payer]:
    """One for each account there is; payments knows each account's standing and each customer's bank account."""
    keyring = Keyring(folder=keys, issuer=PUBLIC_URL)
    cipher = FieldCipher(folder=keys, purpose="fields-payments")
    books = Database(url=urls["accounts"], service="accounts", clock=clock)
    store = Database(url=urls["payments"], service="payments", clock=clock)
    try:
        with books.reading() as transaction:
            ids = [str(row["id"]) for row in transaction.all(select(accounts.c.id).order_by(accounts.c.account_number))]
            caller, today = as_service("payments"), clock.today()
            standings = {one: get_standing(transaction, account_id=one, caller=caller, today=today) for one in ids}
        return [_payer(store, cipher, keyring, clock, one, standings[one]) for one in ids]
    finally:
        books.close()
        store.close()


def _payer(
    store: Database, cipher: FieldCipher, keyring: Keyring, clock: Clock, account_id: str,
    standing: Mapping[str, object],
) -> Payer:  # fmt: skip
    user_id = new_id(at=clock.now())
    caller = CallContext(subject=str(user_id), role=CUSTOMER)
    with store.writing() as transaction:
        note_standing(transaction, sequence=1, data={"account_id": account_id, "standing": standing})
        method = add_payment_method(
            transaction, cipher=cipher, now=clock.now(), today=clock.today(), caller=caller, answers={},
            policy=MethodPolicy(accepts_cards=True, requires_consent=False), request=BANK_ACCOUNT,
        )  # fmt: skip
    return Payer(
        user_id=user_id, account_id=account_id, method_id=str(method["id"]), keyring=keyring, clock=clock
    )  # fmt: skip


def count_and_settle(url: str, *, clock: Clock) -> int:
    """How many payments are on record that nobody has counted; from now on they are in the balance.

    Between two turns: so no arm meets what another has left pending.
    """
    store = Database(url=url, service="payments", clock=clock)
    try:
        with store.writing() as transaction:
            fresh = update(payments).where(payments.c.status == SUBMITTING)
            return transaction.run(
                fresh.values(status=POSTED, processor_reference="bench", applied_at=clock.now())
            )  # fmt: skip
    finally:
        store.close()
