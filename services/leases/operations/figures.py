"""What accounts says of a lease's money, asked before anything is read here."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import EXCLUDE

from chassis.bus.rpc import Asks
from chassis.context import CallContext, as_service
from chassis.errors import DependencyDown
from services.accounts.contract.leases import LeaseFigures

# Shorter than the caller's own wait, so that it hears from us and not from its own clock.
ASK_SECONDS = 2.5


def ask_figures(*, accounts: Asks, caller: CallContext, account_id: str, on: date) -> Mapping[str, Any]:
    """Accounts' `LeaseFigures`. Raises NotFound, also for what is no lease, and NeighbourSilent or NeighbourAbsent."""
    caller.require(account_id)
    reply = accounts.ask(
        "get_lease_figures", request={"account_id": account_id, "on": on},
        context=as_service("leases", request_id=caller.request_id), timeout_seconds=ASK_SECONDS,
    )  # fmt: skip
    loaded: Mapping[str, Any] = LeaseFigures(unknown=EXCLUDE).load(reply.data)
    return loaded


def find_figures(*, accounts: Asks, caller: CallContext, account_id: str, on: date) -> Mapping[str, Any] | None:
    """The same; None while accounts does not answer."""
    try:
        return ask_figures(accounts=accounts, caller=caller, account_id=account_id, on=on)
    except DependencyDown:
        return None
