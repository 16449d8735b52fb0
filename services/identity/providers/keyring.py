"""Everything identity makes from keys: encrypted fields, tokens in links, access tokens; and chance itself."""

import hashlib
import hmac
import json
import secrets
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from joserfc import jwt

from chassis.ids import new_id
from chassis.keys import FieldCipher, SecretKey, SigningKeys

FIELDS, LINKS, TOKENS = "fields-identity", "links", "tokens"
TYPE, AUDIENCE = "at+jwt", "captive"
CHANGE = "contact_changes.value"
REFRESH_TOKEN_BYTES = 32
CHALLENGE_BYTES = 32
CODES = 10**6
# Whoever keeps our public keys has asked for them anew by then.
PUBLISHED = timedelta(minutes=10)
LOOK_AGAIN = timedelta(minutes=1)


class Keyring:
    """Each purpose has its own keys: all of them open and verify, a newer one makes without a restart."""

    def __init__(self, *, folder: Path, issuer: str) -> None:
        self._folder = folder
        self._issuer = issuer
        self._cipher = FieldCipher(folder=folder, purpose=FIELDS)
        self._links = SecretKey(folder=folder, purpose=LINKS).newest
        # Whether there is a key at all is known at the start.
        self._signing_key = SigningKeys(folder=folder, purpose=TOKENS).signing_key()
        self._chosen_at: datetime | None = None

    def seal(self, plain: str, *, field: str, owner: UUID) -> str:
        """Ciphertext that opens only as this field of this row."""
        return self._cipher.encrypt(plain, bound_to=f"{field}:{owner}")

    def unseal(self, sealed: str, *, field: str, owner: UUID) -> str:
        return self._cipher.decrypt(sealed, bound_to=f"{field}:{owner}")

    def seal_facts(self, facts: Mapping[str, Any], *, field: str, owner: UUID) -> str:
        """Several values as one ciphertext."""
        return self.seal(json.dumps(dict(facts)), field=field, owner=owner)

    def unseal_facts(self, sealed: str, *, field: str, owner: UUID) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.unseal(sealed, field=field, owner=owner))
        return facts

    def seal_claim(self, claim: Mapping[str, str], *, owner: UUID) -> str:
        """What a person claims to know about an account, as one ciphertext."""
        return self.seal_facts(claim, field="registrations.claim", owner=owner)

    def unseal_claim(self, sealed: str, *, owner: UUID) -> dict[str, str]:
        return self.unseal_facts(sealed, field="registrations.claim", owner=owner)

    def seal_address(self, address: Mapping[str, Any], *, owner: UUID) -> str:
        """Where letters to a user go, as one ciphertext."""
        return self.seal_facts(address, field="users.mailing_address", owner=owner)

    def unseal_address(self, sealed: str, *, owner: UUID) -> dict[str, Any]:
        return self.unseal_facts(sealed, field="users.mailing_address", owner=owner)

    def contact_of(self, user: Mapping[str, Any]) -> tuple[str | None, dict[str, Any] | None]:
        """Telephone and mailing address of a row of users, where it has them."""
        phone, address, owner = user["phone_sealed"], user["mailing_address_sealed"], user["id"]
        return (
            self.unseal(phone, field="users.phone", owner=owner) if phone else None,
            self.unseal_address(address, owner=owner) if address else None,
        )

    def pending_of(self, changes: Iterable[Mapping[str, Any]]) -> dict[str, str | None]:
        """By kind, what is to be another one: of open rows of contact_changes."""
        return {change["kind"]: self.unseal_change(change) for change in changes}

    def unseal_change(self, change: Mapping[str, Any]) -> str | None:
        """The new address or number of an open row of contact_changes; None where one is to be removed."""
        facts = self.unseal_facts(change["value_sealed"], field=CHANGE, owner=change["id"])
        value: str | None = facts["value"]
        return value

    def seal_change(self, value: str | None, *, owner: UUID) -> str:
        return self.seal_facts({"value": value}, field=CHANGE, owner=owner)

    def account_digest(self, account_number: str) -> str:
        """The same text for the same account number, which cannot be turned back without the key."""
        bare = "".join(character for character in account_number.upper() if character.isalnum())
        return self.digest("account_number", bare)

    def digest(self, purpose: str, text: str) -> str:
        """The same text for the same value, which cannot be turned back without the key."""
        return self._keyed(f"{purpose}:{text}").hex()

    def verification_token(self, registration_id: UUID) -> str:
        """The token in the mailed link: the same on every try, so that a repeated errand mails the same link."""
        return self.link_token("verify_email", registration_id)

    def link_token(self, purpose: str, owner: UUID) -> str:
        """256 bits that only we can make, for the link in a mail about this row."""
        return urlsafe_b64encode(self._keyed(f"{purpose}:{owner}")).rstrip(b"=").decode()

    def code(self, purpose: str, owner: UUID) -> str:
        """Six digits for a text about this row, the same on every try."""
        return f"{int.from_bytes(self._keyed(f'code:{purpose}:{owner}')) % CODES:06d}"

    def new_refresh_token(self) -> str:
        return secrets.token_urlsafe(REFRESH_TOKEN_BYTES)

    def new_challenge(self) -> bytes:
        """What a passkey signs."""
        return secrets.token_bytes(CHALLENGE_BYTES)

    def new_recovery_code(self, *, length: int) -> str:
        """Characters of base32, five bits of chance in each."""
        return b32encode(secrets.token_bytes(length)).decode()[:length]

    def access_token(
        self, *, now: datetime, lives_seconds: int, user_id: UUID, role: str, accounts: Sequence[Mapping[str, Any]],
        session_id: UUID, proven_at: datetime,
    ) -> str:  # fmt: skip
        """A signed JWT (RFC 9068). `accounts` are rows with account_id and role; `proven_at` becomes `auth_time`."""
        issued = int(now.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "jti": str(new_id(at=now)),
            "iat": issued,
            "exp": issued + lives_seconds,
            "auth_time": int(proven_at.timestamp()),
            "sid": str(session_id),
            "roles": [role],
            "accounts": [{"id": str(account["account_id"]), "role": account["role"]} for account in accounts],
        }
        key = self._signs(now)
        header = {"alg": SigningKeys.algorithm, "typ": TYPE, "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[SigningKeys.algorithm])

    def public_keys(self) -> dict[str, Any]:
        """The JWK set as it is on disk now: a new key is known to verifiers before anything is signed with it."""
        return SigningKeys(folder=self._folder, purpose=TOKENS).public_set()

    def _signs(self, now: datetime) -> Any:
        """The key that signs tokens now: the newest that has been published for a while. Looked up once a minute."""
        if self._chosen_at is None or not timedelta() <= now - self._chosen_at < LOOK_AGAIN:
            keys = SigningKeys(folder=self._folder, purpose=TOKENS)
            self._signing_key, self._chosen_at = keys.signing_key(published_by=now - PUBLISHED), now
        return self._signing_key

    def _keyed(self, text: str) -> bytes:
        return hmac.digest(self._links, text.encode(), "sha256")


def token_hash(token: str) -> str:
    """What is stored of a token with enough chance in it that a fast hash is safe."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
