"""Keys in files: found by purpose, ordered by age; the newest signs, all verify, so they rotate with an overlap.

A purpose is a folder below KEYS_DIR. Signing keys are Ed25519 pairs (`<id>.private.pem`, `<id>.public.pem`), secret
keys are 32 random bytes (`<id>.secret`). Ids are UUIDv7, so that their order is their age.
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc.jwk import KeySet, OKPKey

from chassis.ids import new_id


class KeysMissing(Exception):
    """No key of that purpose is there; the message names the folder."""


def add_signing_key(*, folder: Path, purpose: str) -> str:
    """Make a new Ed25519 pair, 0600, and give its id; it signs from now on."""
    identifier, home = _prepare(folder, purpose)
    private = Ed25519PrivateKey.generate()
    public_bytes = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write(home / f"{identifier}.public.pem", public_bytes)
    _write(home / f"{identifier}.private.pem", private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return identifier


def add_secret_key(*, folder: Path, purpose: str) -> str:
    """Make a new 32-byte secret, 0600, and give its id; it encrypts from now on."""
    identifier, home = _prepare(folder, purpose)
    _write(home / f"{identifier}.secret", os.urandom(32))
    return identifier


def retire_signing_keys(*, folder: Path, purpose: str, kept: int) -> list[str]:
    """Remove all pairs but the newest `kept`; gives the ids of those that are gone. Nothing they signed holds then."""
    home = folder / purpose
    old = sorted(path.name.split(".")[0] for path in home.glob("*.public.pem"))[:-kept]
    for identifier in old:
        for half in ("private", "public"):
            (home / f"{identifier}.{half}.pem").unlink(missing_ok=True)
    return old


def has_keys(*, folder: Path, purpose: str) -> bool:
    return any((folder / purpose).glob("*.p*")) or any((folder / purpose).glob("*.secret"))


class SigningKeys:
    """One purpose's Ed25519 keys."""

    algorithm = "Ed25519"

    def __init__(self, *, folder: Path, purpose: str) -> None:
        self._home = folder / purpose
        self._public = {path.name.split(".")[0]: path for path in sorted(self._home.glob("*.public.pem"))}
        if not self._public:
            raise KeysMissing(f"No keys in {self._home}: run `captive migrate`, or mount the keys there.")
        self.key_set = KeySet([self._load(path, identifier) for identifier, path in self._public.items()])

    def signing_key(self) -> Any:
        """The newest private key. Raises KeysMissing where only public ones are mounted."""
        paths = sorted(self._home.glob("*.private.pem"))
        if not paths:
            raise KeysMissing(f"{self._home} holds no private key: this process may verify but not sign.")
        return self._load(paths[-1], paths[-1].name.split(".")[0])

    def public_set(self) -> dict[str, Any]:
        """The keys as a JWK set, public parts only."""
        return {"keys": [key.as_dict(private=False) for key in self.key_set.keys]}

    @staticmethod
    def _load(path: Path, identifier: str) -> Any:
        return OKPKey.import_key(path.read_bytes(), {"kid": identifier, "use": "sig", "alg": "Ed25519"})


class FieldCipher:
    """AES-GCM for single fields: the stored text carries its key's id, so that keys rotate without a rewrite."""

    def __init__(self, *, folder: Path, purpose: str) -> None:
        paths = sorted((folder / purpose).glob("*.secret"))
        if not paths:
            raise KeysMissing(f"No keys in {folder / purpose}: run `captive migrate`, or mount the keys there.")
        self._paths = (folder, purpose)
        self._keys = {path.stem: AESGCM(path.read_bytes()) for path in paths}
        self._newest = paths[-1].stem
        self._print_key = _print_key(paths[-1])

    def encrypt(self, plain: str, *, bound_to: str) -> str:
        """Ciphertext that only decrypts for the same owner (`bound_to`, e.g. a row id)."""
        nonce = os.urandom(12)
        sealed = self._keys[self._newest].encrypt(nonce, plain.encode(), bound_to.encode())
        return f"{self._newest}.{urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, stored: str, *, bound_to: str) -> str:
        identifier, _, body = stored.partition(".")
        raw = urlsafe_b64decode(body)
        return self._key(identifier).decrypt(raw[:12], raw[12:], bound_to.encode()).decode()

    def encrypt_bytes(self, plain: bytes, *, bound_to: str) -> bytes:
        """The same for a whole file, without the detour through text."""
        nonce = os.urandom(12)
        sealed = self._keys[self._newest].encrypt(nonce, plain, bound_to.encode())
        return self._newest.encode() + b"." + nonce + sealed

    def decrypt_bytes(self, stored: bytes, *, bound_to: str) -> bytes:
        identifier, _, raw = stored.partition(b".")
        return self._key(identifier.decode()).decrypt(raw[:12], raw[12:], bound_to.encode())

    def print_of(self, word: str) -> int:
        """A keyed print by which a sealed word is found again: 64 bits, equal for equal words, under the newest key."""
        return _print(self._print_key, word)

    def prints_of(self, word: str) -> list[int]:
        """The print of a word under every key that there is: what was printed before a rotation is found too."""
        folder, purpose = self._paths
        return [_print(_print_key(path), word) for path in sorted((folder / purpose).glob("*.secret"))]

    def _key(self, identifier: str) -> AESGCM:
        """The key of that id. One made since the start is read now: who was started later encrypts with it already.

        Raises KeyError for an id that no key has.
        """
        if identifier not in self._keys:
            folder, purpose = self._paths
            found = (path for path in (folder / purpose).glob("*.secret") if path.stem == identifier)
            self._keys |= {path.stem: AESGCM(path.read_bytes()) for path in found}
        return self._keys[identifier]


class SecretKey:
    """The newest 32-byte secret of a purpose, for keyed hashes."""

    def __init__(self, *, folder: Path, purpose: str) -> None:
        paths = sorted((folder / purpose).glob("*.secret"))
        if not paths:
            raise KeysMissing(f"No keys in {folder / purpose}: run `captive migrate`, or mount the keys there.")
        self.newest = paths[-1].read_bytes()


def _print_key(secret: Path) -> bytes:
    """A key of its own, so that prints tell nothing of what the secret encrypts."""
    return hmac.digest(secret.read_bytes(), b"prints", "sha256")


def _print(key: bytes, word: str) -> int:
    return int.from_bytes(hmac.digest(key, word.encode(), "sha256")[:8], "big", signed=True)


def _prepare(folder: Path, purpose: str) -> tuple[str, Path]:
    home = folder / purpose
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return str(new_id(at=datetime.now(UTC))), home


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
