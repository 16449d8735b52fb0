"""What the stream tells: one line for each event. `python -m gateway.openapi` puts a new one into the contract."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from chassis.events import Event
from services.accounts.contract import events as accounts
from services.leases.contract import events as leases
from services.payments.contract import events as payments


class Audience(StrEnum):
    """Who hears of an event: everybody who may see an account, or one person. The value is the field with the id."""

    ACCOUNT = "account_id"
    PERSON = "user_id"


@dataclass(frozen=True)
class Told:
    """An event, who hears of it, and which of its fields are shown: all that its contract has, unless `only` some."""

    event: Event
    to: Audience = Audience.ACCOUNT
    only: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.event.name

    @cached_property
    def shown(self) -> tuple[str, ...]:
        return self.only or tuple(self.event.schema().fields)


TOLD = (
    Told(payments.payment_posted),
    Told(payments.payment_declined),
    Told(accounts.payment_applied),
    Told(leases.lease_eligibility_changed),
)


def told_of(event: Event) -> tuple[Told, ...]:
    """How the stream tells an event: in one way, or not at all."""
    return tuple(told for told in TOLD if told.event is event)


def names() -> Iterator[str]:
    """Under which names events are told."""
    return (told.name for told in TOLD)
