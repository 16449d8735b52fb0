"""Who asks: access tokens of identity, verified here against its published keys; the gateway keeps no session.

The order is fixed: form, type, key by its id out of identity's own set (never one that the token brings), signature
by the one allowed algorithm, then the claims.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from chassis import logs
from chassis.context import AGENT, CUSTOMER, CallContext, Grant
from chassis.errors import Forbidden, NeighbourAbsent, Unauthenticated

ALGORITHM = "Ed25519"
TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type
AUDIENCE = "captive"
TOKEN_LENGTH_MAX = 8192
LEEWAY_SECONDS = 5
LIFETIME_SECONDS_MAX = 300
FRESH_SECONDS = 300
RETRY_SECONDS = 5
STALE_SECONDS_MAX = 3600
# Those longest unseen are forgotten first; each is a few kilobytes.
VERIFIED_MAX = 2_000

EXPIRED = "The access token has expired. Get a new one with POST /v1/sessions/refresh and send the request again."

FetchKeys = Callable[[], Mapping[str, Any]]
log = logs.logger(__name__)


@dataclass(frozen=True)
class Caller:
    """Who a token speaks for, and until when."""

    context: CallContext
    expires_at: datetime


class Keyring:
    """Identity's public keys, asked for once and kept; asked for again when they are old or a new key id turns up.

    While identity does not answer, known keys stay good for an hour, and one caller at a time waits for it. Unknown ids
    cause at most one question in RETRY_SECONDS, so that invented ids cannot be used to flood identity.
    """

    def __init__(self, *, fetch: FetchKeys, now: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._now = now
        self._lock = threading.Lock()
        self._keys: dict[str, Any] = {}
        self._published: Mapping[str, Any] = {"keys": []}
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None

    def key(self, identifier: str) -> Any:
        """The key of that id, None where identity has none. Raises DependencyDown where no keys are known at all."""
        self._refresh(is_missing=lambda: identifier not in self._keys)
        return self._keys.get(identifier)

    def published(self) -> Mapping[str, Any]:
        """The JWK set as identity publishes it. Raises DependencyDown."""
        self._refresh(is_missing=lambda: False)
        return self._published

    def _age(self) -> timedelta:
        return timedelta.max if self._fetched_at is None else self._now() - self._fetched_at

    def _refresh(self, *, is_missing: Callable[[], bool]) -> None:
        """Ask where the keys are old or one is missing. Who can do with what is known goes on while another asks."""
        is_urgent = is_missing() or self._age() > timedelta(seconds=STALE_SECONDS_MAX)
        if not (is_urgent or self._is_old()) or not self._lock.acquire(blocking=is_urgent):
            return
        try:
            if (is_missing() or self._is_old()) and not self._asked_lately():
                self._ask()
        finally:
            self._lock.release()
        if self._age() > timedelta(seconds=STALE_SECONDS_MAX):
            raise NeighbourAbsent("identity gave no keys")

    def _is_old(self) -> bool:
        return self._age() > timedelta(seconds=FRESH_SECONDS)

    def _asked_lately(self) -> bool:
        if self._fetched_at is None or self._asked_at is None:
            return False
        return self._now() - self._asked_at < timedelta(seconds=RETRY_SECONDS)

    def _ask(self) -> None:
        try:
            found = self._fetch()
            usable = [key for key in found["keys"] if key.get("kty") == "OKP" and key.get("crv") == ALGORITHM]
            self._keys = {key["kid"]: OKPKey.import_key(dict(key)) for key in usable}
            self._published = found
            self._fetched_at = self._now()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the answer, the known keys are as good as before
            log.warning("identity gave no keys, the known ones are used", known=len(self._keys), error=repr(error))
        finally:
            # After the answer: those who waited meanwhile do not ask a silent identity one after the other.
            self._asked_at = self._now()


@dataclass(frozen=True)
class _Verified:
    """What a token says, and the key that its signature held against."""

    key_id: str
    key: Any
    claims: Mapping[str, Any]


class TokenVerifier:
    """Turns an Authorization header into a caller."""

    def __init__(self, *, keyring: Keyring, issuer: str, now: Callable[[], datetime]) -> None:
        self._keyring = keyring
        self._issuer = issuer
        self._now = now
        self._verified: OrderedDict[str, _Verified] = OrderedDict()

    def caller(self, authorization: str | None, *, request_id: str, details: Mapping[str, str]) -> Caller:
        """Who asks. Raises Unauthenticated, Forbidden for a token without a known role, DependencyDown without keys."""
        claims = self._known_claims(_bearer(authorization))
        self._check_times(claims)
        try:
            return _caller(claims, request_id=request_id, details=details)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise Unauthenticated() from error

    def _known_claims(self, token: str) -> Mapping[str, Any]:
        """A signature that held once holds as long as its key does; the times are looked at with every request."""
        known = self._verified.get(token)
        if known is not None and self._keyring.key(known.key_id) is known.key:
            self._verified.move_to_end(token)
            return known.claims
        verified = self._verified[token] = self._claims(token)
        while len(self._verified) > VERIFIED_MAX:
            self._verified.popitem(last=False)
        return verified.claims

    def _claims(self, token: str) -> _Verified:
        try:
            header = jws.extract_compact(token.encode("ascii")).headers()
            identifier = header.get("kid")
            if header.get("typ") != TOKEN_TYPE or header.get("alg") != ALGORITHM or not isinstance(identifier, str):
                raise Unauthenticated()
            key = self._keyring.key(identifier)
            if key is None:
                raise Unauthenticated()
            claims: Mapping[str, Any] = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise Unauthenticated() from error
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self._issuer or AUDIENCE not in audiences:
            raise Unauthenticated()
        return _Verified(key_id=identifier, key=key, claims=claims)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._now().timestamp()
        instants = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
        if any(isinstance(value, bool) or not isinstance(value, int | float) for value in instants.values()):
            raise Unauthenticated()
        expires = instants.get("exp", 0)
        if expires <= now:
            raise Unauthenticated(EXPIRED if expires else None)
        if expires > now + LIFETIME_SECONDS_MAX + LEEWAY_SECONDS:
            raise Unauthenticated()
        if max(instants.get("iat", 0), instants.get("nbf", 0)) > now + LEEWAY_SECONDS:
            raise Unauthenticated()


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > TOKEN_LENGTH_MAX:
        raise Unauthenticated()
    return token


def _caller(claims: Mapping[str, Any], *, request_id: str, details: Mapping[str, str]) -> Caller:
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject:
        raise ValueError("sub")
    context = CallContext(
        subject=subject,
        role=_role(claims["roles"]),
        accounts=tuple(Grant(id=str(grant["id"]), role=str(grant["role"])) for grant in claims.get("accounts", ())),
        session_id=str(claims["sid"]) if claims.get("sid") else None,
        auth_time=int(claims["auth_time"]) if claims.get("auth_time") else None,
        request_id=request_id,
        details=details,
    )
    return Caller(context=context, expires_at=datetime.fromtimestamp(claims["exp"], tz=UTC))


def _role(roles: Any) -> str:
    for known in (AGENT, CUSTOMER):
        if isinstance(roles, list) and known in roles:
            return known
    raise Forbidden()
