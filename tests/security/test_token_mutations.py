"""Thirty ways to bend a token, all with a stack whose keys are at hand; none of them is taken."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.keys import SigningKeys
from tests.security.people import Attacked, keys_of

pytestmark = pytest.mark.slow

Bend = Callable[[Attacked], str]


def _now() -> int:
    return int(datetime.now(UTC).timestamp())


def _claims(attacked: Attacked) -> dict[str, object]:
    return _decoded(_parts(attacked)[1])


def _parts(attacked: Attacked) -> list[str]:
    return attacked.forged().split(".")


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _decoded(part: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def _with_header(attacked: Attacked, *, signature: str | None = None, **changed: object) -> str:
    header, payload, signed = _parts(attacked)
    return f"{_encoded({**_decoded(header), **changed})}.{payload}.{signed if signature is None else signature}"


def _with_payload(attacked: Attacked, **changed: object) -> str:
    header, payload, signed = _parts(attacked)
    return f"{header}.{_encoded({**_decoded(payload), **changed})}.{signed}"


def _by_another_key(attacked: Attacked) -> str:
    ours = SigningKeys(folder=keys_of(attacked.stack), purpose="tokens").signing_key()
    key = OKPKey.generate_key("Ed25519", {"kid": ours.kid})
    header = {"alg": "Ed25519", "typ": "at+jwt", "kid": ours.kid}
    return jwt.encode(header, _claims(attacked), key, algorithms=["Ed25519"])


def _by_the_public_key_as_a_secret(attacked: Attacked) -> str:
    ours = SigningKeys(folder=keys_of(attacked.stack), purpose="tokens").signing_key()
    header, payload, _ = _parts(attacked)
    signed = f"{_encoded({**_decoded(header), 'alg': 'HS256'})}.{payload}"
    signature = hmac.digest(ours.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _by_a_key_of_another_purpose(attacked: Attacked) -> str:
    key = SigningKeys(folder=keys_of(attacked.stack), purpose="context-gateway").signing_key()
    header = {"alg": "Ed25519", "typ": "at+jwt", "kid": key.kid}
    return jwt.encode(header, _claims(attacked), key, algorithms=["Ed25519"])


def _with_its_own_key_inside(attacked: Attacked) -> str:
    key = OKPKey.generate_key("Ed25519", {"kid": "mine"})
    header = {"alg": "Ed25519", "typ": "at+jwt", "kid": "mine", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, _claims(attacked), key, algorithms=["Ed25519"])


def _without_a_flipped_bit(attacked: Attacked) -> str:
    header, payload, signed = _parts(attacked)
    middle = len(signed) // 2
    return f"{header}.{payload}.{signed[:middle]}{'A' if signed[middle] != 'A' else 'B'}{signed[middle + 1 :]}"


MUTATIONS: dict[str, Bend] = {
    "no signature": lambda attacked: ".".join([*_parts(attacked)[:2], ""]),
    "two parts": lambda attacked: ".".join(_parts(attacked)[:2]),
    "four parts": lambda attacked: f"{attacked.forged()}.AAAA",
    "a flipped bit in the signature": _without_a_flipped_bit,
    "a signature of zeros": lambda attacked: ".".join([*_parts(attacked)[:2], "A" * 86]),
    "alg none": lambda attacked: _with_header(attacked, signature="", alg="none"),
    "alg None in capitals": lambda attacked: _with_header(attacked, signature="", alg="NONE"),
    "alg EdDSA": lambda attacked: _with_header(attacked, alg="EdDSA"),
    "alg HS256": lambda attacked: _with_header(attacked, alg="HS256"),
    "the public key as a secret": _by_the_public_key_as_a_secret,
    "another key under our id": _by_another_key,
    "a key of ours for another purpose": _by_a_key_of_another_purpose,
    "its own key inside": _with_its_own_key_inside,
    "an unknown key id": lambda attacked: attacked.forged(header={"kid": "01900000-0000-7000-8000-000000000000"}),
    "a key id that is a path": lambda attacked: attacked.forged(header={"kid": "../../etc/passwd"}),
    "typ JWT": lambda attacked: attacked.forged(header={"typ": "JWT"}),
    "typ of a call context": lambda attacked: attacked.forged(header={"typ": "captive-context+jwt"}),
    "other claims under the signature": lambda attacked: _with_payload(attacked, sub="somebody-else"),
    "a role slipped in under the signature": lambda attacked: _with_payload(attacked, roles=["agent"]),
    "accounts slipped in under the signature": lambda attacked: _with_payload(attacked, accounts=[]),
    "expired a moment ago": lambda attacked: attacked.forged(exp=_now() - 1, iat=_now() - 301),
    "no expiry": lambda attacked: attacked.forged(exp=None),
    "an expiry in a year": lambda attacked: attacked.forged(exp=_now() + 31_536_000),
    "an expiry that is text": lambda attacked: attacked.forged(exp=str(_now() + 300)),
    "not valid before tomorrow": lambda attacked: attacked.forged(nbf=_now() + 86_400),
    "issued tomorrow": lambda attacked: attacked.forged(iat=_now() + 86_400),
    "another issuer": lambda attacked: attacked.forged(iss="https://elsewhere.example"),
    "another audience": lambda attacked: attacked.forged(aud="elsewhere"),
    "no audience": lambda attacked: attacked.forged(aud=None),
    "no subject": lambda attacked: attacked.forged(sub=None),
    "a subject that is a list": lambda attacked: attacked.forged(sub=["a", "b"]),
    "a token in a token": lambda attacked: f"{_encoded({'alg': 'none'})}.{attacked.forged()}",
    "nine kilobytes": lambda attacked: attacked.forged(padding="A" * 9000),
}


def test_a_token_that_nothing_was_done_to_is_taken(attacked: Attacked) -> None:
    assert attacked.with_token(attacked.forged()).send("GET", "/v1/me").status == 200


@pytest.mark.parametrize("name", MUTATIONS)
def test_is_not_taken(attacked: Attacked, name: str) -> None:
    answer = attacked.with_token(MUTATIONS[name](attacked)).send("GET", "/v1/me")
    assert (answer.status, answer.code) == (401, "unauthenticated")


def test_there_are_thirty_at_least() -> None:
    assert len(MUTATIONS) >= 30
