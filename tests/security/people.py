"""Who is on the attacked stack: the owner of things, another customer, somebody who works there, and who is nobody."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import requests
from joserfc import jwt

from chassis.keys import SigningKeys
from tests.fixtures.processes import eventually
from tests.fixtures.stacks import RunningStack

TIMEOUT_SECONDS = 20
# A connection is closed where a refusal was quicker than the body that nobody reads.
OF_THE_MOMENT = {"Date", "RateLimit", "Content-Length", "Connection"}
AGENT_EMAIL = "robin@staff.example"


@dataclass(frozen=True)
class Answer:
    """What came back, as far as an attacker could tell two answers apart."""

    status: int
    text: str
    headers: Mapping[str, str] = field(compare=False, repr=False)

    @property
    def code(self) -> str:
        return str(self.json.get("code", "")) if isinstance(self.json, dict) else ""

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    def without(self, *texts: str) -> "Answer":
        """The answer with these texts and the request's own id made equal, for comparing it with another one."""
        plain = self.text
        for text in (*texts, self.headers.get("X-Request-Id", "")):
            plain = plain.replace(text, "…") if text else plain
        names = set(self.headers) - OF_THE_MOMENT
        return Answer(self.status, f"{plain}\n{sorted(names)}", self.headers)


@dataclass(frozen=True)
class Visitor:
    """Somebody at the gateway, with a token or without."""

    url: str
    token: str | None = None

    def send(
        self, method: str, path: str, *, body: Any = None, query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None, file: tuple[str, bytes] | None = None,
    ) -> Answer:  # fmt: skip
        media, content = file or ("", None)
        sent = {"Idempotency-Key": str(uuid4()), "If-Match": '"1.0"', **(headers or {})}
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        sent |= {"Content-Type": media} if file else {}
        found = requests.request(
            method,
            self.url + path,
            json=body,
            data=content,
            params=query,
            headers=sent,
            timeout=TIMEOUT_SECONDS,
            stream=True,
        )
        with found:
            # A stream has no end; that it was opened is all there is to know.
            is_stream = found.headers.get("Content-Type", "").startswith("text/event-stream")
            return Answer(found.status_code, "" if is_stream else found.text, found.headers)


Claims = Mapping[str, Any]


@dataclass(frozen=True)
class Attacked:
    """The stack and the people on it; the claims are those of tokens that they were given when they signed in."""

    stack: RunningStack
    document: Mapping[str, Any]
    owners_claims: Claims
    others_claims: Claims
    agents_claims: Claims

    @property
    def nobody(self) -> Visitor:
        return Visitor(self.stack.url)

    @property
    def owner(self) -> Visitor:
        return self.with_token(self.forged())

    @property
    def other(self) -> Visitor:
        return self.with_token(self.forged(of=self.others_claims))

    @property
    def agent(self) -> Visitor:
        return self.with_token(self.forged(of=self.agents_claims))

    def with_token(self, token: str) -> Visitor:
        return Visitor(self.stack.url, token)

    def forged(self, *, of: Claims | None = None, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        """A token as identity would sign it, now and with its own key, but with these claims; None leaves one out."""
        key = SigningKeys(folder=keys_of(self.stack), purpose="tokens").signing_key()
        made = {"alg": "Ed25519", "typ": "at+jwt", "kid": key.kid, **(header or {})}
        now = int(datetime.now(UTC).timestamp())
        changed = {**(of or self.owners_claims), "iat": now, "auth_time": now, "exp": now + 300, **claims}
        kept = {name: value for name, value in changed.items() if value is not None}
        return jwt.encode(made, kept, key, algorithms=["Ed25519"])

    def expired(self) -> Visitor:
        ago = int((datetime.now(UTC) - timedelta(minutes=1)).timestamp())
        return self.with_token(self.forged(iat=ago - 300, exp=ago))

    def in_role(self, role: str) -> Visitor:
        return self.with_token(self.forged(roles=[role]))


def people_of(stack: RunningStack) -> Attacked:
    """The demo's customer owns things by now; another one and an agent sign in beside her."""
    stack.captive("demo")
    owner = json.loads((stack.data / "demo-login.json").read_text())
    [other, *_] = json.loads((stack.data / "logins.json").read_text())
    document = requests.get(f"{stack.url}/openapi.json", timeout=TIMEOUT_SECONDS).json()
    _pay_what_is_due(Visitor(stack.url), owner)
    return Attacked(
        stack=stack, document=document, owners_claims=_signed_in(stack, owner),
        others_claims=_signed_in(stack, other), agents_claims=_signed_in(stack, _an_agent(stack)),
    )  # fmt: skip


def is_id(text: Any) -> bool:
    try:
        return isinstance(text, str) and str(UUID(text)) == text
    except ValueError:
        return False


def keys_of(stack: RunningStack) -> Path:
    return stack.data / "keys"


def _pay_what_is_due(nobody: Visitor, login: Mapping[str, str]) -> None:
    """Ways out of a lease are closed to who is late."""
    sent = {"user_id": login["user_id"], "password": login["password"]}
    owner = Visitor(nobody.url, nobody.send("POST", "/v1/sessions", body=sent).json["access_token"])
    method = owner.send("GET", "/v1/payment-methods").json["data"][0]["id"]

    def late() -> list[dict[str, Any]]:
        accounts: list[dict[str, Any]] = owner.send("GET", "/v1/accounts").json["data"]
        return [account for account in accounts if account["past_due_cents"] > 0]

    for account in late():
        body = {"amount_cents": account["amount_due_cents"], "payment_method_id": method}
        assert owner.send("POST", f"/v1/accounts/{account['id']}/payments", body=body).status == 201
    eventually(lambda: not late(), seconds=30)


def _an_agent(stack: RunningStack) -> dict[str, str]:
    person = ("--email", AGENT_EMAIL, "--first-name", "Robin", "--last-name", "Hale")
    printed = stack.captive("user", "create", "--role", "agent", *person, "--generate-password").stdout
    return {"user_id": AGENT_EMAIL, "password": printed.rpartition("password ")[2].strip()}


def _signed_in(stack: RunningStack, login: Mapping[str, str]) -> Claims:
    sent = {"user_id": login["user_id"], "password": login["password"]}
    answer = Visitor(stack.url).send("POST", "/v1/sessions", body=sent)
    assert answer.status == 201, answer.text
    keys = SigningKeys(folder=keys_of(stack), purpose="tokens").key_set
    return dict(jwt.decode(answer.json["access_token"], keys, algorithms=["Ed25519"]).claims)
