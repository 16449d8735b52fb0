"""Neighbours of identity that keep their contracts: requests and replies pass the real schemas, keys replay."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis import schemas
from chassis.bus.rpc import Reply, encode
from chassis.context import CallContext
from chassis.errors import IdempotencyKeyReused
from services.accounts.contract import schemas as accounts
from services.notifications.contract import schemas as notifications

NO_MATCH = {
    "matched": False, "account_id": None, "account_last4": None, "party_id": None, "role": None, "first_name": None,
    "last_name": None, "phone": None, "sms_consent": False, "state": None,
}  # fmt: skip


def a_person(**changed: Any) -> dict[str, Any]:
    """What accounts answers about somebody whose three facts agree."""
    person = {
        "matched": True,
        "account_id": "01900000-0000-7000-8000-00000000a001",
        "account_last4": "4417",
        "party_id": "01900000-0000-7000-8000-00000000b001",
        "role": "borrower",
        "first_name": "Dana",
        "last_name": "Whitfield",
        "phone": "+12145550137",
        "sms_consent": True,
        "state": "TX",
    }
    return person | changed


@dataclass
class AccountsDesk:
    """Knows people by account number, last name and the end of the SSN. `failing` is raised in place of an answer."""

    people: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    asked: int = 0
    failing: Exception | None = None

    def knows(self, *, account_number: str, last_name: str, ssn_last4: str, **person: Any) -> None:
        self.people[(account_number, last_name.casefold(), ssn_last4)] = a_person(last_name=last_name, **person)

    def ask(
        self, method: str, *, request: Mapping[str, Any], context: CallContext, key: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:  # fmt: skip
        assert (method, context.subject) == ("match_account", "service:identity")
        if self.failing is not None:
            raise self.failing
        self.asked += 1
        claim = schemas.load(accounts.MatchAccount, json.loads(encode(request)))
        person = self.people.get((claim["account_number"], claim["last_name"].casefold(), claim["ssn_last4"]))
        return Reply(data=schemas.dump(accounts.MatchedAccount, person or NO_MATCH))


@dataclass
class MailRoom:
    """Keeps what it was asked to do, once per key. `failing` is raised after the work is done: a lost reply."""

    mails: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    failing: Exception | None = None
    refusing: Exception | None = None

    def ask(
        self, method: str, *, request: Mapping[str, Any], context: CallContext, key: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:  # fmt: skip
        assert key is not None
        assert context.subject == "service:identity"
        if self.refusing is not None:
            raise self.refusing
        body = encode([method, request])
        if self.keys.setdefault(key, body) != body:
            raise IdempotencyKeyReused()
        if key not in self._done:
            self._do(method, json.loads(encode(request)))
            self._done.append(key)
        if self.failing is not None:
            raise self.failing
        return Reply(data={"message_id": "01900000-0000-7000-8000-00000000c001"})

    def __post_init__(self) -> None:
        self._done: list[str] = []

    def _do(self, method: str, request: dict[str, Any]) -> None:
        if method == "send_secure_mail":
            schemas.load(notifications.SendSecureMail, request)
            self.mails.append(request)
        elif method == "send_secure_text":
            schemas.load(notifications.SendSecureText, request)
            self.texts.append(request)
        else:
            assert method == "put_contact"
            schemas.load(notifications.PutContact, request)
            self.contacts[request["user_id"]] = request

    def code_to(self, number: str) -> str:
        """The code in the latest text to a number."""
        return next(str(text["code"]) for text in reversed(self.texts) if text["to_phone"] == number)

    @property
    def last_token(self) -> str:
        """The token in the link of the latest mail."""
        token: str = self.mails[-1]["link"].partition("token=")[2]
        return token
