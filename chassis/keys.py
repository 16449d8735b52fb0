"""Keys in files: found by purpose, ordered by age; the newest signs, all verify, so they rotate with an overlap.

A purpose is a folder below KEYS_DIR. Signing keys are Ed25519 pairs (`<id>.private.pem`, `<id>.public.pem`), secret
keys are 32 random bytes (`<id>.secret`). Ids are UUIDv7, so that their order is their age.
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc.jwk import KeySet, OKPKey

from chassis.ids import made_at, new_id

NONCE_BYTES = 12
NEXT, UUID_VERSION = timedelta(milliseconds=1), 7

UNREADABLE = (KeyError, ValueError, InvalidTag)
"""What decrypting raises for a value whose key is gone, or that was tampered with."""


class KeysMissing(Exception):
    """No key of that purpose is there; the message names the folder."""


def add_signing_key(*, folder: Path, purpose: str) -> str:
    """Make a new Ed25519 pair, 0600, and give its id; it signs from now on."""
    home = _prepare(folder, purpose)
    identifier = str(new_id(at=datetime.now(UTC)))
    private = Ed25519PrivateKey.generate()
    public_bytes = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write(home / f"{identifier}.public.pem", public_bytes)
    _write(home / f"{identifier}.private.pem", private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return identifier


def add_secret_key(*, folder: Path, purpose: str) -> str:
    """Make a new 32-byte secret, 0600, and give its id; it encrypts from now on."""
    home = _prepare(folder, purpose)
    # The newest is the one of the highest id: two of one millisecond would be in no order, and one that a clock which
    # went ahead has named would stay the newest.
    made = [made_at(identifier) for identifier in _secret_ids(home)]
    identifier = str(new_id(at=max([datetime.now(UTC), *(at + NEXT for at in made)])))
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


def retire_secret_keys(*, folder: Path, purpose: str, needed: Collection[str], before: datetime) -> list[str]:
    """Remove secrets that nothing stored needs and that had a successor by `before`; gives the ids of those gone.

    Whoever was encrypting when the successor was made has committed since, if `before` is long enough ago.
    """
    home = folder / purpose
    known = sorted(path.stem for path in home.glob("*.secret"))
    retired = [
        identifier
        for identifier, successor in pairwise(known)
        if identifier not in needed and made_at(UUID(successor)) <= before
    ]
    for identifier in retired:
        (home / f"{identifier}.secret").unlink()
    return retired


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

    def signing_key(self, *, published_by: datetime | None = None) -> Any:
        """The newest private key; with `published_by` the newest that was made by then, or else the oldest.

        Raises KeysMissing where only public ones are mounted.
        """
        paths = sorted(self._home.glob("*.private.pem"))
        if not paths:
            raise KeysMissing(f"{self._home} holds no private key: this process may verify but not sign.")
        names = [path.name.split(".")[0] for path in paths]
        known = [name for name in names if published_by is None or made_at(UUID(name)) <= published_by]
        chosen = names.index(known[-1]) if known else 0
        return self._load(paths[chosen], names[chosen])

    def public_set(self) -> dict[str, Any]:
        """The keys as a JWK set, public parts only."""
        return {"keys": [key.as_dict(private=False) for key in self.key_set.keys]}

    @staticmethod
    def _load(path: Path, identifier: str) -> Any:
        return OKPKey.import_key(path.read_bytes(), {"kid": identifier, "use": "sig", "alg": "Ed25519"})


class FieldCipher:
    """AES-GCM for single fields: the stored text carries its key's id, so that values of several keys live together.

    A key that is made meanwhile is taken up with the next value, without a restart.
    """

    def __init__(self, *, folder: Path, purpose: str) -> None:
        self._home = folder / purpose
        self._keys = dict[str, AESGCM]()
        self._print_keys = dict[str, bytes]()
        self._read_at = -1
        self._look_again()

    @property
    def newest(self) -> str:
        """The id of the key that encrypts now."""
        self._look_again()
        return self._newest

    def encrypt(self, plain: str, *, bound_to: str) -> str:
        """Ciphertext that only decrypts for the same owner (`bound_to`, e.g. a row id)."""
        return self._sealed(self.newest, plain, bound_to, nonce=os.urandom(NONCE_BYTES))

    def encrypt_fields(self, plain: Mapping[str, str | None], *, owner: str) -> dict[str, str | None]:
        """Every field of one owner, each bound to `owner:name`, after one look at the keys; what is absent stays so."""
        newest = self.newest
        # One draw for all: each costs more than the encryption of a field.
        drawn = os.urandom(NONCE_BYTES * len(plain))
        nonces = (drawn[start : start + NONCE_BYTES] for start in range(0, len(drawn), NONCE_BYTES))
        return {
            name: None if value is None else self._sealed(newest, value, f"{owner}:{name}", nonce=nonce)
            for (name, value), nonce in zip(plain.items(), nonces, strict=True)
        }

    def decrypt(self, stored: str, *, bound_to: str) -> str:
        identifier, _, body = stored.partition(".")
        raw = urlsafe_b64decode(body)
        return self._key(identifier).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode()).decode()

    def encrypt_bytes(self, plain: bytes, *, bound_to: str) -> bytes:
        """The same for a whole file, without the detour through text."""
        nonce = os.urandom(NONCE_BYTES)
        newest = self.newest
        sealed = self._keys[newest].encrypt(nonce, plain, bound_to.encode())
        return newest.encode() + b"." + nonce + sealed

    def decrypt_bytes(self, stored: bytes, *, bound_to: str) -> bytes:
        identifier, _, raw = stored.partition(b".")
        return self._key(identifier.decode()).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode())

    def print_of(self, word: str) -> int:
        """A keyed print by which a sealed word is found again: 64 bits, equal for equal words, under the newest key."""
        return _print(self._print_keys[self.newest], word)

    def prints_of(self, word: str) -> list[int]:
        """The print of a word under every key that there is: what was printed before a rotation is found too."""
        self._look_again()
        return [_print(key, word) for _, key in sorted(self._print_keys.items())]

    def _sealed(self, key: str, plain: str, bound_to: str, *, nonce: bytes) -> str:
        sealed = self._keys[key].encrypt(nonce, plain.encode(), bound_to.encode())
        return f"{key}.{urlsafe_b64encode(nonce + sealed).decode()}"

    def _key(self, identifier: str) -> AESGCM:
        """The key of that id. Raises KeyError for an id that no key has."""
        if identifier not in self._keys:
            # Two keys made within one tick of the file system's clock leave the folder with one time.
            self._read_at = -1
            self._look_again()
        return self._keys[identifier]

    def _look_again(self) -> None:
        """Read the folder where it has changed. Raises KeysMissing where there never was a key in it."""
        changed_at = _changed_at(self._home)
        if changed_at == self._read_at:
            return
        paths = sorted(self._home.glob("*.secret"))
        new = [path for path in paths if path.stem not in self._keys]
        self._keys |= {path.stem: AESGCM(path.read_bytes()) for path in new}
        self._print_keys |= {path.stem: _print_key(path) for path in new}
        if not self._keys:
            raise KeysMissing(f"No keys in {self._home}: run `captive migrate`, or mount the keys there.")
        self._newest, self._read_at = max(self._keys), changed_at


class SecretKey:
    """The newest 32-byte secret of a purpose, for keyed hashes."""

    def __init__(self, *, folder: Path, purpose: str) -> None:
        paths = sorted((folder / purpose).glob("*.secret"))
        if not paths:
            raise KeysMissing(f"No keys in {folder / purpose}: run `captive migrate`, or mount the keys there.")
        self.newest = paths[-1].read_bytes()


def _changed_at(folder: Path) -> int:
    """In nanoseconds; 0 where there is no such folder."""
    try:
        return folder.stat().st_mtime_ns
    except (FileNotFoundError, NotADirectoryError):
        return 0


def _print_key(secret: Path) -> bytes:
    """A key of its own, so that prints tell nothing of what the secret encrypts."""
    return hmac.digest(secret.read_bytes(), b"prints", "sha256")


def _print(key: bytes, word: str) -> int:
    return int.from_bytes(hmac.digest(key, word.encode(), "sha256")[:8], "big", signed=True)


def _prepare(folder: Path, purpose: str) -> Path:
    home = folder / purpose
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home


def _secret_ids(home: Path) -> Iterator[UUID]:
    """The ids of a purpose's secrets; what else lies there is passed over."""
    for path in home.glob("*.secret"):
        with suppress(ValueError):
            identifier = UUID(path.stem)
            if identifier.version == UUID_VERSION:
                yield identifier


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: services read the folder while keys are made."""
    unfinished = path.with_suffix(".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.rename(path)
