"""While many wait for an answer, what is long and can wait begins one by one; else as many as may share it."""

from typing import Any

import pytest

from chassis.bus.rpc import CallsInHand
from chassis.doors.listening import BUSY_CALLS, Listen, Taken
from services.payments.contract.events import payment_submitted
from services.payments.service import PaymentsService

TOGETHER = 10


class Beginning(Listen):
    """Notes how many messages are begun in one, and lets them be."""

    def _spawn(self, body: str, handle_result: Any, *, others: Any = (), **_: Any) -> None:
        self.begun = [*getattr(self, "begun", []), 1 + len(others)]


def begun_first(*, callers: int, spares: bool) -> int:
    """How many of those that wait are begun first, with so many callers."""
    listening: Any = Beginning(payment_submitted, limit=40, together=TOGETHER, spares=spares)
    listening.calls = CallsInHand()
    listening.calls.count = callers
    listening._waiting.extend(Taken(listening, None, str(number)) for number in range(TOGETHER * 3))
    listening._go_on()
    first: int = listening.begun[0]
    return first


@pytest.mark.parametrize(
    ("callers", "spares", "begun"),
    [(0, True, TOGETHER), (BUSY_CALLS - 1, True, TOGETHER), (BUSY_CALLS, True, 1), (BUSY_CALLS, False, TOGETHER)],
)  # fmt: skip
def test_who_spares_begins_one_by_one_while_many_wait(callers: int, spares: bool, begun: int) -> None:
    assert begun_first(callers=callers, spares=spares) == begun


def test_charging_spares_those_who_pay() -> None:
    handler: Any = PaymentsService.on_payment_submitted
    (door,) = [one for one in handler.nameko_entrypoints if isinstance(one, Listen)]
    assert (door.spares, door.together) == (True, TOGETHER)
