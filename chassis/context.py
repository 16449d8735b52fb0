"""The signed call context: who asks, for whom, until when, and for exactly which method.

The caller signs it with its own key (Ed25519); the service that is asked verifies it before it opens a request. A
context is bound to one method and dies with the call's deadline, so a stolen one is of no use elsewhere or later.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, JoseError

from chassis.errors import NotFound, StepUpRequired, Unauthenticated
from chassis.keys import KeysMissing, SecretKey, SigningKeys

TYPE = "captive-context+jwt"
ANONYMOUS, CUSTOMER, AGENT, SERVICE = "anonymous", "customer", "agent", "service"
PERSONS_ISSUER = "gateway"
LEEWAY_SECONDS = 5
PROOF_GOOD_SECONDS = 600
ISSUER_LENGTH_MAX = 40


@dataclass(frozen=True)
class Grant:
    """One account the caller may act on, and in which part (borrower, co_borrower)."""

    id: str
    role: str


@dataclass(frozen=True)
class CallContext:
    """Who is behind a call. `subject` is a user id, `service:<name>` or `anonymous`.

    `expires_at` is the time (in seconds since the epoch) by which a caller on the bus has stopped waiting.
    """

    subject: str
    role: str
    accounts: tuple[Grant, ...] = ()
    session_id: str | None = None
    auth_time: int | None = None
    request_id: str = ""
    on_behalf_of: str | None = None
    cause_event_id: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    expires_at: float | None = field(default=None, compare=False)

    def may_see(self, account_id: str) -> bool:
        """Staff and services see every account, a customer those of the token."""
        if self.role in (AGENT, SERVICE):
            return True
        return any(grant.id == account_id for grant in self.accounts)

    def require_proof(self, *, now: datetime) -> None:
        """Raises StepUpRequired where the person has not proven lately who they are: by signing in, or again since."""
        if self.auth_time is None or now.timestamp() - self.auth_time > PROOF_GOOD_SECONDS:
            raise StepUpRequired()

    def require(self, account_id: str) -> None:
        """Raises NotFound: a foreign account and an absent one answer alike."""
        if not self.may_see(account_id):
            raise NotFound()


NOBODY = CallContext(subject=ANONYMOUS, role=ANONYMOUS)


def as_service(name: str, *, request_id: str = "", cause_event_id: str | None = None) -> CallContext:
    """The context in which handlers and timers act: as their service, with the cause on record."""
    return CallContext(subject=f"service:{name}", role=SERVICE, request_id=request_id, cause_event_id=cause_event_id)


class ContextSigner:
    """Signs contexts as one caller."""

    def __init__(self, *, folder: Path, issuer: str) -> None:
        self._issuer = issuer
        self._key = SigningKeys(folder=folder, purpose=f"context-{issuer}").signing_key()

    def sign(self, context: CallContext, *, method: str, expires_at: datetime) -> str:
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "sub": context.subject,
            "role": context.role,
            "accounts": [vars(grant) for grant in context.accounts],
            "method": method,
            "rid": context.request_id,
            "exp": int(expires_at.timestamp()) + 1,
            "sid": context.session_id,
            "auth_time": context.auth_time,
            "obo": context.on_behalf_of,
            "cause": context.cause_event_id,
            "details": dict(context.details),
        }
        header = {"alg": SigningKeys.algorithm, "typ": TYPE, "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=[SigningKeys.algorithm])


class ContextVerifier:
    """Verifies contexts of every caller whose public keys are mounted; holds the secret that fingerprints requests."""

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        self.fingerprint_secret = SecretKey(folder=folder, purpose="fingerprints").newest
        self._issuers: dict[str, SigningKeys] = {}

    def verify(self, token: str, *, method: str, now: datetime) -> CallContext:
        """Raises Unauthenticated unless signature, type, issuer, method and deadline all hold."""
        try:
            signed = jws.extract_compact(token.encode("ascii"))
            claims = json.loads(signed.payload)
            issuer = _claimed_issuer(claims)
            if not jws.validate_compact(signed, self._keys_of(issuer).key_set, algorithms=[SigningKeys.algorithm]):
                raise BadSignatureError()
        except (JoseError, KeysMissing, ValueError, LookupError, TypeError, RecursionError) as error:
            raise Unauthenticated("The call context is not valid.") from error
        expires = claims.get("exp", 0) + LEEWAY_SECONDS
        right = signed.headers().get("typ") == TYPE and claims.get("method") == method
        if not right or now.timestamp() > expires:
            raise Unauthenticated("The call context does not fit this call, or has expired.")
        if not _may_speak_as(issuer, claims["role"], claims["sub"]):
            raise Unauthenticated("The caller may not speak in this role.")
        return _from_claims(claims)

    def _keys_of(self, issuer: str) -> SigningKeys:
        if issuer not in self._issuers:
            self._issuers[issuer] = SigningKeys(folder=self._folder, purpose=f"context-{issuer}")
        return self._issuers[issuer]


def deadline_after(now: datetime, *, timeout_seconds: float) -> datetime:
    return now + timedelta(seconds=timeout_seconds)


def _may_speak_as(issuer: str, role: str, subject: str) -> bool:
    if role == SERVICE:
        return subject == f"service:{issuer}"
    return issuer == PERSONS_ISSUER


def _claimed_issuer(claims: Any) -> str:
    """The issuer as claimed, only to choose the keys with which the claim is then checked."""
    issuer = claims["iss"]
    if not isinstance(issuer, str) or not issuer.isalpha() or len(issuer) > ISSUER_LENGTH_MAX:
        raise ValueError("issuer")
    return issuer


def _from_claims(claims: Mapping[str, Any]) -> CallContext:
    return CallContext(
        subject=claims["sub"],
        role=claims["role"],
        accounts=tuple(Grant(**grant) for grant in claims.get("accounts", ())),
        session_id=claims.get("sid"),
        auth_time=claims.get("auth_time"),
        request_id=claims.get("rid", ""),
        on_behalf_of=claims.get("obo"),
        cause_event_id=claims.get("cause"),
        details=claims.get("details") or {},
        expires_at=claims["exp"],
    )
