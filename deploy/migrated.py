"""Remembers for which state of the code our own databases were migrated, so that a start has not to find out again."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from deploy.catalogue import ROOT

CODE = ("chassis", "services", "gateway", "deploy")
STAMP = "migrated"


def state_of_code() -> str:
    """A fingerprint of every module of ours."""
    return hashlib.sha256("".join(_traces()).encode()).hexdigest()


def is_migrated(*, home: Path, state: str) -> bool:
    """Whether the databases kept in this folder were brought to this state."""
    try:
        return (home / STAMP).read_text() == state
    except OSError:
        return False


def mark_migrated(*, home: Path, state: str) -> None:
    """`state` is the one that was taken before the migration began."""
    (home / STAMP).write_text(state)


def _traces() -> Iterator[str]:
    """Any change of any module counts: a wrong yes would cost more than a migration that finds nothing to do."""
    for folder in CODE:
        for module in sorted((ROOT / folder).rglob("*.py")):
            state = module.stat()
            yield f"{module} {state.st_size} {state.st_mtime_ns}\n"
