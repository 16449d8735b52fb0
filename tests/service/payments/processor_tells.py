"""What the processor tells the stack of charges, signed as it signs; and what became of them here."""

import json
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chassis.context import NOBODY
from deploy.sandbox.signatures import ProcessorSignature
from tests.builders.wiring import call
from tests.service.payments.counter import PROCESSOR_SECRET, Counter


@dataclass
class TellingProcessor:
    """Posts webhooks to the door of payments, as the gateway hands them on."""

    counter: Counter
    secret: str = PROCESSOR_SECRET
    seconds_ago: float = 0.0

    def tells(self, event: str, payment: dict[str, Any], *, presentment: int = 1, **changed: Any) -> None:
        key = payment["id"] if presentment == 1 else f"{payment['id']}/{presentment}"
        about = {"id": f"ch_{key[-6:]}", "key": key, "amount_cents": payment["amount_cents"], **changed}
        self.posts({"id": "wh_1", "type": event, "created": 0, "data": about})

    def posts(self, event: Any) -> None:
        self.posts_text(json.dumps(event))

    def posts_text(self, body: str) -> None:
        signed_at = self.counter.clock.now() - timedelta(seconds=self.seconds_ago)
        request = {"body": body, "signature": signature_of(body, secret=self.secret, signed_at=signed_at)}
        call(self.counter.service.record_processor_events, request=request, context=NOBODY)


def signature_of(body: str, *, secret: str, signed_at: datetime) -> str:
    """The header by which the processor is known."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_text(secret)
        signed = ProcessorSignature(secret_file=Path(file.name))
    return signed.headers(body.encode(), timestamp=str(int(signed_at.timestamp())))["Stripe-Signature"]
