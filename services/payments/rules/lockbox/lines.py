"""A line of a lockbox file: what the bank read on one mailed cheque, checked field by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.payments.contract.numbers import is_routing_number

REQUIRED_COLUMNS = ("batch", "item", "received_on", "amount_cents", "cheque_number", "account_number")
OPTIONAL_COLUMNS = ("drawer_routing_number", "drawer_account_number", "remitter")
COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)

AMOUNT_CENTS_MAX = 10**10
REMITTER_LENGTH_MAX, ACCOUNT_NUMBER_LENGTH_MAX = 100, 40

_AMOUNT = re.compile(r"[0-9]{1,11}", re.ASCII)
_BATCH = re.compile(r"[A-Za-z0-9-]{1,20}", re.ASCII)
_ITEM = re.compile(r"[0-9]{1,6}", re.ASCII)
_CHEQUE_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DRAWER_ACCOUNT = re.compile(r"[0-9]{4,17}", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class LineRefused(ValueError):
    """A line that cannot be taken. `amount_cents` is its money, None where not even that can be read."""

    def __init__(self, *, field: str, reason: str, amount_cents: int | None = None) -> None:
        self.field, self.reason, self.amount_cents = field, reason, amount_cents
        super().__init__(f"{field}: {reason}" if field else reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedCheque:
    """One cheque. The bank's batch of a day and the item in it name it; empty text is what the bank did not read."""

    batch: str
    item: int
    received_on: date
    amount_cents: int
    cheque_number: str
    account_number: str = ""
    drawer_routing_number: str = ""
    drawn_on_last4: str = ""
    remitter: str = ""

    @property
    def source_key(self) -> str:
        """Permanent: the place in the bank's own books."""
        return f"{self.received_on.isoformat()}:{self.batch}:{self.item}"

    @property
    def cheque_key(self) -> str | None:
        """The piece of paper, where the bank read whose it is: one that comes twice is looked at by a person."""
        if not (self.drawer_routing_number and self.drawn_on_last4):
            return None
        drawer = f"{self.drawer_routing_number}:{self.drawn_on_last4}"
        return f"{drawer}:{int(self.cheque_number)}:{self.amount_cents}"


def read_cheque(cells: Mapping[str, str], *, today: date) -> MailedCheque:
    """The cheque that a line tells of. Raises LineRefused at the first field that is wrong, the amount before all."""
    values = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    amount_cents = _amount(values["amount_cents"])
    try:
        return _cheque(values, amount_cents=amount_cents, today=today)
    except LineRefused as refused:
        refused.amount_cents = amount_cents
        raise


def _cheque(values: Mapping[str, str], *, amount_cents: int, today: date) -> MailedCheque:
    account = values["drawer_account_number"]
    _require(not account or _DRAWER_ACCOUNT.fullmatch(account), "drawer_account_number", "must be 4 to 17 digits.")
    routing = values["drawer_routing_number"]
    _require(not routing or is_routing_number(routing), "drawer_routing_number", "no US bank has this routing number.")
    _require(_BATCH.fullmatch(values["batch"]), "batch", "must be 1 to 20 letters, digits or hyphens.")
    _require(_ITEM.fullmatch(values["item"]), "item", "must be 1 to 6 digits.")
    number = values["cheque_number"]
    _require(_CHEQUE_NUMBER.fullmatch(number), "cheque_number", "must be 1 to 15 digits.")
    for name, longest in (("account_number", ACCOUNT_NUMBER_LENGTH_MAX), ("remitter", REMITTER_LENGTH_MAX)):
        _require(len(values[name]) <= longest, name, f"is longer than {longest} characters.")
        _require(not _UNPRINTABLE.search(values[name]), name, "holds a control character.")
    return MailedCheque(
        batch=values["batch"],
        item=int(values["item"]),
        received_on=_received_on(values["received_on"], today=today),
        amount_cents=amount_cents,
        cheque_number=number,
        account_number=values["account_number"],
        drawer_routing_number=routing,
        drawn_on_last4=account[-4:],
        remitter=values["remitter"],
    )


def _amount(text: str) -> int:
    if not _AMOUNT.fullmatch(text) or not 0 < int(text) <= AMOUNT_CENTS_MAX:
        reason = f"must be whole cents, 1 to {AMOUNT_CENTS_MAX}; how much it is cannot be read."
        raise LineRefused(field="amount_cents", reason=reason)
    return int(text)


def _received_on(text: str, *, today: date) -> date:
    try:
        # What Python also reads, such as week dates, is no form that we have promised.
        on = date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise LineRefused(field="received_on", reason="must be a day as YYYY-MM-DD.") from None
    _require(on <= today, "received_on", "is a day that has not come yet.")
    return on


def _require(holds: object, field: str, reason: str) -> None:
    if not holds:
        raise LineRefused(field=field, reason=reason)
