"""The part of the door that staff ask: how a customer signs in, who holds an account, who is staff, where mail goes."""

from typing import Any

from chassis.context import AGENT
from chassis.doors import Call, Service, query
from services.identity import queries
from services.identity.contract import schemas
from services.identity.contract import second_factors as factor_contract
from services.identity.contract import staff as staff_contract
from services.identity.providers import Keyring


class Desk(Service):
    """Each question is on record before it is answered."""

    keyring: Keyring

    @query(takes=staff_contract.ListCustomerSessions, gives=schemas.Sessions, may=(AGENT,))
    def list_customer_sessions(self, call: Call) -> Any:
        return queries.list_customer_sessions(call.transaction, now=self.clock.now(), **call.request)

    @query(takes=staff_contract.OneCustomer, gives=factor_contract.SecondFactors, may=(AGENT,))
    def list_customer_factors(self, call: Call) -> Any:
        return queries.list_customer_factors(call.transaction, keyring=self.keyring, **call.request)

    @query(takes=schemas.ListAccountHolders, gives=schemas.AccountHolders, may=(AGENT,))
    def list_account_holders(self, call: Call) -> Any:
        return queries.list_account_holders(call.transaction, **call.request)

    @query(takes=schemas.ListMailingAddresses, gives=schemas.HoldersAddresses, may=(AGENT,))
    def list_mailing_addresses(self, call: Call) -> Any:
        return queries.list_mailing_addresses(call.transaction, keyring=self.keyring, **call.request)

    @query(takes=staff_contract.FindAgent, gives=staff_contract.FoundAgent, may=(AGENT,))
    def find_agent(self, call: Call) -> Any:
        return queries.find_agent(call.transaction, **call.request)
