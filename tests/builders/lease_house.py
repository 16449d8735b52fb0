"""Accounts and leases side by side, each on its own database, with the events of one handed to the other."""

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.clock import FixedClock
from chassis.doors import Outcome
from chassis.events import Envelope
from services.accounts.contract import events as accounts_events
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioLease
from services.accounts.contract.terms import LeaseTerms
from services.accounts.rules.schedule import due_on
from services.accounts.service import AccountsService
from services.leases import operations
from services.leases.contract import settings
from services.leases.models import leases
from services.leases.operations import TakenOver
from services.leases.service import LeasesService
from tests.builders.accounts import a_lease, accounts_service, an_account, an_opening, payment_posted
from tests.builders.wiring import a_customer, an_event, call, deliver, direct, emitted, wire
from tests.fixtures.postgres import OpenDatabase

DETAILS = PortfolioLease(
    mileage_allowance_miles=36_000, excess_mile_cents=20, purchase_option_fee_cents=30_000,
    disposition_fee_cents=40_000, gross_capitalized_cost_cents=3_300_000, capitalized_cost_reduction_cents=150_000,
)  # fmt: skip
FIRST_DUE_ON = date(2024, 1, 15)
ENDS_ON = date(2027, 1, 15)
BALANCE_AFTER_34_CENTS, BALANCE_AFTER_35_CENTS = 1_964_826, 1_927_487
INSTALMENT_CENTS = 48_240
LESSOR = {setting.name.removeprefix("LESSOR_").lower(): str(setting.default) for setting in settings.LESSOR}


def a_late_lease(**changed: Any) -> PortfolioAccount:
    """The lease of Regulation M's worked figures, taken over in November 2026: the last of 36 is due on 15 December."""
    terms = LeaseTerms(
        adjusted_capitalized_cost_cents=3_150_000, residual_cents=1_890_000, term_months=36, base_payment_cents=44_979,
        tax_cents=3_261, first_due_on=FIRST_DUE_ON, due_day=15, grace_days=10,
    )  # fmt: skip
    opening = an_opening(principal_cents=BALANCE_AFTER_35_CENTS, next_instalment_number=36, payments_made=35)
    return a_lease(**{"terms": terms, "opening": opening, "state": "CA", "lease": DETAILS, **changed})


@dataclass
class LeaseHouse:
    """Both services; `settle` hands over what each has told since the last time, until nobody tells anything."""

    accounts: AccountsService
    leases: LeasesService
    clock: FixedClock
    delivered: set[UUID] = field(default_factory=set)

    def takes_over(self, record: PortfolioAccount) -> str:
        """Import a lease into both; gives its account."""
        account_id, terms, details = an_account(self.accounts, record), record.terms, record.lease
        assert isinstance(terms, LeaseTerms)
        row = {
            "account_id": UUID(account_id), "term_months": terms.term_months, "first_due_on": terms.first_due_on,
            "ends_on": due_on(terms=terms, number=terms.term_months + 1),
            "adjusted_capitalized_cost_cents": terms.adjusted_capitalized_cost_cents,
            "residual_cents": terms.residual_cents, "base_payment_cents": terms.base_payment_cents,
            "tax_cents": terms.tax_cents,
            **{name: getattr(details, name, None) for name in DETAILS.__dataclass_fields__ if name in leases.c},
            "vehicle": asdict(record.vehicle),
        }  # fmt: skip
        taken = [TakenOver(lease=row, status=record.status, past_due_cents=0)]
        with self.leases.store.writing() as transaction:
            operations.import_leases(transaction, records=taken, now=self.clock.now(), today=self.clock.today())
        return account_id

    def pays(self, account_id: str, **payment: Any) -> Envelope:
        """Money is posted and everybody hears of it."""
        event = payment_posted(self.accounts, account_id=account_id, **payment)
        assert deliver(self.accounts.on_payment_posted, event) is Outcome.DONE
        assert deliver(self.leases.on_payment_posted, event) is Outcome.DONE
        self.settle()
        return event

    def settle(self) -> None:
        """Every event that one of the two waits for is handed over, once."""
        while waiting := [event for event in self._told() if event.id not in self.delivered]:
            for event in waiting:
                self.delivered.add(event.id)
                for service in (self.accounts, self.leases):
                    door = getattr(service, f"on_{event.name}", None)
                    if door is not None and event.source in {heard.source for heard in door.listens_to}:
                        assert deliver(door, event) is Outcome.DONE, event.name

    def ends_day(self, on: date) -> None:
        """The clock is at that day, and accounts has closed it."""
        self.clock.move_to(self.clock.now(), today=on)
        data = {"business_on": on, "payments_confirmed": True}
        event = an_event(accounts_events.business_day_closed, clock=self.clock, subject=on.isoformat(), data=data)
        assert deliver(self.leases.on_business_day_closed, event) is Outcome.DONE
        self.settle()

    def asks(self, method: str, account_id: str, *, key: str | None = None, context: Any = None, **request: Any) -> Any:
        """What leases answers the customer."""
        caller = context or a_customer(accounts=(account_id,))
        answer = call(
            getattr(self.leases, method), request={"account_id": account_id, **request}, context=caller, key=key
        )
        self.settle()
        return answer

    def standing(self, account_id: str) -> dict[str, Any]:
        """The account as its customer sees it."""
        request = {"account_id": account_id}
        view: dict[str, Any] = call(
            self.accounts.get_account, request=request, context=a_customer(accounts=(account_id,))
        )
        return view

    def told(self, name: str) -> list[dict[str, Any]]:
        """The data of every event of that name, by either."""
        return [dict(event.data) for event in self._told() if event.name == name]

    def _told(self) -> list[Envelope]:
        return [*emitted(self.accounts.store), *emitted(self.leases.store)]


def a_lease_house(*, databases: OpenDatabase, clock: FixedClock, keys_folder: Path) -> LeaseHouse:
    accounts = accounts_service(database=databases("accounts"), clock=clock, keys_folder=keys_folder)
    leases = wire(
        LeasesService, database=databases("leases"), clock=clock, keys_folder=keys_folder, accounts=direct(accounts),
        lessor=LESSOR,
    )  # fmt: skip
    return LeaseHouse(accounts=accounts, leases=leases, clock=clock)
