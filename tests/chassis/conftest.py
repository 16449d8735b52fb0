"""The toy service on a database with the chassis' tables and its own."""

import os
from pathlib import Path
from typing import Any

import pytest

from chassis.keys import add_signing_key, has_keys
from tests.chassis import counting
from tests.fixtures.postgres import OpenDatabase, empty


@pytest.fixture
def database(databases: OpenDatabase) -> Any:
    opened = databases("counting")
    counting.metadata.create_all(opened.engine)
    empty(opened)
    return opened


@pytest.fixture
def late_database(databases: OpenDatabase) -> Any:
    opened = databases("late")
    counting.metadata.create_all(opened.engine)
    empty(opened)
    return opened


@pytest.fixture
def toy_keys(keys_folder: Path) -> Path:
    if not has_keys(folder=keys_folder, purpose="context-counting"):
        add_signing_key(folder=keys_folder, purpose="context-counting")
    return keys_folder


@pytest.fixture(autouse=True)
def _no_failpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAPTIVE_FAILPOINTS", raising=False)
    assert "CAPTIVE_FAILPOINTS" not in os.environ
