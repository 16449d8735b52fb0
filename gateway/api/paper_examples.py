"""Letters as the documentation shows them, about the account that all examples tell of."""

from typing import Any

from gateway.api import examples
from gateway.api.statement_examples import ISSUED, STATEMENT_ID

BATCH_ID = "0193584f-1c20-7a11-8b22-3c4d5e6f7081"
_AGENT = "01935800-0000-7000-8000-0000000000aa"

MAILING: dict[str, Any] = {
    "statement_id": STATEMENT_ID, "account_id": examples.ACCOUNT_ID, "reason": "no_paperless_consent",
    "requested_at": "2026-11-14T06:00:04.000Z", "batch_id": BATCH_ID, "mailed_at": None, "mailed_by": None,
    "without_address_at": None, "printed_at": "2026-11-16T14:05:40.000Z",
}  # fmt: skip
MAILED: dict[str, Any] = {**MAILING, "mailed_at": "2026-11-16T15:20:00.000Z", "mailed_by": _AGENT}
TAKEN: dict[str, Any] = {
    "id": BATCH_ID, "taken_by": _AGENT, "taken_at": "2026-11-16T14:02:11.000Z", "letters_count": 1, "mailed_count": 0,
    "printed_at": None,
}  # fmt: skip
ALL_MAILED: dict[str, Any] = {**TAKEN, "mailed_count": 1, "printed_at": MAILING["printed_at"]}
_ADDRESS: dict[str, Any] = {
    "line_1": "1200 Elm Street", "line_2": "Apt 4", "city": "Dallas", "state": "TX", "postal_code": "75201",
}  # fmt: skip
HOLDERS_ADDRESS: dict[str, Any] = {
    "account_id": examples.ACCOUNT_ID, "role": "borrower", "mailing_address": _ADDRESS,
}  # fmt: skip
LETTER: dict[str, Any] = {
    **MAILING, "account_number": examples.ACCOUNT["account_number"], "kind": ISSUED["kind"],
    "statement_on": ISSUED["statement_on"],
    "addressees": [{"role": "borrower", "name": "Maria Alvarez", "mailing_address": None}],
}  # fmt: skip
BATCH: dict[str, Any] = {
    **TAKEN, "printed_at": MAILING["printed_at"],
    "letters": [{**LETTER, "mailing_address": _ADDRESS, "address_from": "profile"}],
    "without_address_count": 0,
}  # fmt: skip
