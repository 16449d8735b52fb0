"""Stripe's client in a process like that of the services; prints what came of a confirmation that is not answered.

Argument: the address of a Stripe that stays silent.
"""

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402 - everything after the patch sees green sockets
import sys  # noqa: E402

from chassis.errors import OutcomeUnknown  # noqa: E402
from services.payments.providers.interface import CardSource, Charge  # noqa: E402
from services.payments.providers.stripe_processor import StripeProcessor  # noqa: E402
from tests.service.payments.stripe_server import API_KEY  # noqa: E402

TICK_SECONDS = 0.01


def main() -> None:
    turns = 0

    def tick() -> None:
        nonlocal turns
        while True:
            eventlet.sleep(TICK_SECONDS)
            turns += 1

    eventlet.spawn(tick)
    processor = StripeProcessor(base_url=sys.argv[1], api_key=API_KEY, read_seconds=0.5)
    charge = Charge(key="k", amount_cents=41_235, source=CardSource(token="pm_card_visa"))
    reference = processor.prepare(charge)
    before, outcome = turns, "answered"
    try:
        processor.charge(Charge(key="k", amount_cents=41_235, source=charge.source, reference=reference))
    except OutcomeUnknown:
        outcome = "unknown"
    sys.stdout.write(json.dumps({"outcome": outcome, "turns": turns - before}))


if __name__ == "__main__":
    main()
