"""Outcomes, not calls: tests use real PostgreSQL built by the migrations, the sandbox over HTTP, no other network."""

import socket
from typing import Any

import pytest

pytest_plugins = [
    "tests.fixtures.broker",
    "tests.fixtures.figures",
    "tests.fixtures.keys",
    "tests.fixtures.postgres",
    "tests.fixtures.sandbox",
    "tests.fixtures.sharing",
    "tests.fixtures.time",
]

LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Any:
    """A test that reaches out of this machine fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"tests talk to loopback only, not to {address[0]}")
        return connect(self, address)

    patched = pytest.MonkeyPatch()
    patched.setattr(socket.socket, "connect", guarded)
    yield
    patched.undo()
