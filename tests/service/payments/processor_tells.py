"""What the processor tells the stack of charges, signed as it signs; and what became of them here."""

import json
import tempfile
from dataclasses import dataclass
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
        request = {"body": body, "signature": self.signature_of(body)}
        call(self.counter.service.record_processor_events, request=request, context=NOBODY)

    def signature_of(self, body: str) -> str:
        timestamp = str(int(self.counter.clock.now().timestamp() - self.seconds_ago))
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_text(self.secret)
            signed = ProcessorSignature(secret_file=Path(file.name))
        return signed.headers(body.encode(), timestamp=timestamp)["Stripe-Signature"]
