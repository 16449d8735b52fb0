"""Passwords: hashed and verified with argon2id off the event loop, and judged against what is guessed first."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from chassis.errors import FieldError
from chassis.offload import run_in_thread
from services.identity.rules import passwords as rules

BLOCKLIST_FILE = Path(__file__).parent / "blocklist.txt"
MEMORY_KIBIBYTES, PASSES, LANES = 19456, 2, 1


class Passwords:
    """One hasher with OWASP's second parameter set, the blocklist, and the words that name us."""

    def __init__(self, *, brand_words: Iterable[str], blocklist: frozenset[str] | None = None) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIBIBYTES, parallelism=LANES)
        self._brand_words = tuple(brand_words)
        self._blocklist = read_blocklist(BLOCKLIST_FILE) if blocklist is None else blocklist
        self._nobodys_hash = self._hasher.hash(os.urandom(32))

    def problem_with(
        self, password: str, *, personal_words: Iterable[str], pointer: str = rules.POINTER
    ) -> FieldError | None:
        """Why a new password cannot be taken, or None; `pointer` is where the request holds it."""
        words = (*self._brand_words, *personal_words)
        found = rules.problem_with(rules.normal(password), blocklist=self._blocklist, context_words=words)
        return replace(found, pointer=pointer) if found else None

    def strength_of(self, password: str) -> str:
        """How hard to guess: weak, fair or strong."""
        return rules.strength_of(rules.normal(password))

    def hash(self, password: str) -> str:
        """The encoded hash of the password's normal form, with a fresh salt."""
        return run_in_thread(self._hasher.hash, _bytes(password))

    def is_right(self, password: str, *, stored_hash: str | None) -> bool:
        """Whether the hash is of this password. Without a hash it takes as long, and is never right."""
        verified = run_in_thread(self._verify, stored_hash or self._nobodys_hash, _bytes(password))
        return verified and stored_hash is not None

    def is_outdated(self, stored_hash: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored_hash)

    def _verify(self, stored_hash: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(stored_hash, password)
        except (VerifyMismatchError, InvalidHashError):
            return False


def read_blocklist(path: Path) -> frozenset[str]:
    """One password a line; lines that start with # are notes."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(rules.squeezed(line) for line in lines if line and not line.startswith("#"))


def _bytes(password: str) -> bytes:
    """Half a surrogate pair is not text, but it must not be a way to make the door fail either."""
    return rules.normal(password).encode("utf-8", "surrogatepass")
