"""While many wait for an answer, what is long and can wait begins one by one; else as many as may share it."""

from typing import Any

import pytest

from chassis.bus.rpc import CallsInHand
from chassis.doors.listening import BATCHES_MAX, BUSY_CALLS, WORKERS_MAX, Listen, Taken
from services.payments.contract.events import payment_submitted
from services.payments.service import PaymentsService

TOGETHER = 10


class Beginning(Listen):
    """Notes how many messages are begun in one, and lets them be."""

    begun: tuple[int, ...] = ()

    def _spawn(self, body: str, handle_result: Any, *, others: Any = (), **_: Any) -> None:
        self.begun = (*self.begun, 1 + len(others))


def begun(*, callers: int, spares: bool) -> tuple[int, ...]:
    """How many of those that wait are begun in one, while none of them ends, with so many callers."""
    listening: Any = Beginning(payment_submitted, limit=40, together=TOGETHER, spares=spares)
    listening.calls = CallsInHand()
    listening.calls.count = callers
    listening._waiting.extend(Taken(listening, None, str(number)) for number in range(TOGETHER * WORKERS_MAX * 2))
    for _ in range(WORKERS_MAX * 2):
        # The last began long ago: nobody gives way any more.
        listening._began_at = 0.0
        listening._go_on()
    sizes: tuple[int, ...] = listening.begun
    return sizes


@pytest.mark.parametrize(
    ("callers", "spares"), [(0, True), (BUSY_CALLS - 1, True), (BUSY_CALLS, False)]
)  # fmt: skip
def test_a_few_handfuls_are_at_work_while_few_wait_or_nobody_is_spared(callers: int, spares: bool) -> None:
    assert begun(callers=callers, spares=spares) == (TOGETHER,) * BATCHES_MAX


def test_who_spares_begins_one_by_one_while_many_wait_and_as_many_wait_for_a_vendor_as_ever() -> None:
    assert begun(callers=BUSY_CALLS, spares=True) == (1,) * WORKERS_MAX


def test_charging_spares_those_who_pay() -> None:
    handler: Any = PaymentsService.on_payment_submitted
    (door,) = [one for one in handler.nameko_entrypoints if isinstance(one, Listen)]
    assert (door.spares, door.together) == (True, TOGETHER)
