"""The audit log: what our staff read, changed or tried, written in the service's own database before it is answered."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis import logs
from chassis.bus.rpc import encode
from chassis.context import CallContext
from chassis.ids import new_id
from chassis.store import Transaction
from chassis.tables import audit_log


def record(
    transaction: Transaction, *, now: datetime, context: CallContext, method: str, request: Mapping[str, Any]
) -> None:
    """One row: `context` says who and from where, `method` what; personal data in the request is covered."""
    plain = json.loads(encode(request))
    transaction.run(
        audit_log.insert().values(
            id=new_id(at=now), at=now, actor=context.subject, role=context.role, method=method,
            request=logs.redact(plain), request_id=context.request_id,
            client_address=context.details.get("client_address", ""),
        )
    )  # fmt: skip
