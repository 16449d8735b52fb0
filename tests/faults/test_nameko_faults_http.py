"""HTTP, row 30 of the table in README.md: what nameko's server tells, reads and waits for, and what ours does.

Ours is the gateway itself, alone in a process. It needs no broker for what is asked of it here, and nameko's neither.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import requests

from chassis.web import HEAD_SECONDS
from tests.faults.deeds import JOURNAL, SECRET
from tests.fixtures.ports import free_port
from tests.fixtures.processes import HostedProcess, eventually

pytestmark = pytest.mark.slow

DAWDLERS = 40
BODY_BYTES = 30_000_000
PATIENCE_SECONDS = 2.0
PORT_SETTINGS = {"stock": "WEB_SERVER_ADDRESS", "chassis": "HTTP_PORT", "chassis defect": "HTTP_PORT"}
PATHS = {"stock": "/bodies", "chassis": "/v1/registrations"}

Servers = dict[str, int]


@pytest.fixture(scope="module")
def servers(
    migrated: Callable[[str], str], keys_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Servers]:
    """The ports of nameko's page, of our gateway, and of a page of ours that is nothing but a defect."""
    ports = {name: free_port() for name in ("stock", "chassis", "chassis defect")}
    common = {JOURNAL: str(tmp_path_factory.mktemp("http") / "journal")}
    stock = {**common, "AMQP_URI": "", "WORKERS": "10"}
    ours = {**common, "KEYS_DIR": str(keys_folder), "GATEWAY_DATABASE_URL": migrated("gateway")}
    commands = {
        "stock": ["tests.faults.stock_nameko", "Page"],
        "chassis": ["chassis.host", "gateway.service:GatewayService"],
        "chassis defect": ["chassis.host", "tests.faults.our_toys:Page"],
    }
    # Only the port is set for either, as in their documentation.
    processes = {
        name: HostedProcess(
            arguments,
            environment={**(stock if name == "stock" else ours), PORT_SETTINGS[name]: str(ports[name])},
        )
        for name, arguments in commands.items()
    }
    try:
        for name, port in ports.items():
            eventually(_answers(port), describe=processes[name].output)
        yield ports
    finally:
        for process in processes.values():
            process.kill()


@pytest.fixture(scope="module")
def dawdlers(servers: Servers) -> Iterator[dict[str, list[socket.socket]]]:
    """Clients of both who began a request and did not go on, for longer than ours waits."""
    opened = {}
    for name in ("stock", "chassis"):
        opened[name] = [socket.create_connection(("127.0.0.1", servers[name])) for _ in range(DAWDLERS)]
        for client in opened[name]:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
    time.sleep(HEAD_SECONDS + 1)
    yield opened
    for clients in opened.values():
        for client in clients:
            client.close()


@pytest.mark.parametrize(("server", "is_told"), [("stock", True), ("chassis defect", False)])
def test_30_what_a_defect_tells_the_client(servers: Servers, server: str, is_told: bool) -> None:
    """nameko sends the exception with its text; ours nothing of the inside, even where no application caught it."""
    answer = requests.get(f"http://127.0.0.1:{servers[server]}/defect", timeout=5)
    assert answer.status_code == 500
    assert (SECRET in answer.text) == is_told
    assert ("DeedFailed" in answer.text) == is_told


@pytest.mark.parametrize(("server", "status"), [("stock", "200"), ("chassis", "413")])
def test_30_a_body_of_thirty_megabytes(servers: Servers, server: str, status: str) -> None:
    """nameko reads it whole; ours refuses it by its announced length."""
    with closing(socket.create_connection(("127.0.0.1", servers[server]), timeout=PATIENCE_SECONDS)) as client:
        client.sendall(_head(server, f"Content-Length: {BODY_BYTES}"))
        if status == "200":
            with pytest.raises(TimeoutError):
                client.recv(1)
            client.sendall(b" " * BODY_BYTES)
        assert _status(client) == status


@pytest.mark.parametrize(("server", "status"), [("stock", "200"), ("chassis", "400")])
def test_30_a_chunk_whose_size_is_no_number(servers: Servers, server: str, status: str) -> None:
    """nameko takes such a body for an empty one; ours says that it cannot be read."""
    with closing(socket.create_connection(("127.0.0.1", servers[server]), timeout=PATIENCE_SECONDS)) as client:
        client.sendall(_head(server, "Transfer-Encoding: chunked") + b"zz\r\nhello\r\n0\r\n\r\n")
        assert _status(client) == status


@pytest.mark.parametrize(("server", "is_reached"), [("stock", True), ("chassis", False)])
def test_30_the_address_that_is_listened_on_when_only_a_port_is_set(
    servers: Servers, server: str, is_reached: bool
) -> None:  # fmt: skip
    """nameko listens on every address of the machine; ours on this machine's own until told otherwise."""
    try:
        socket.create_connection(("127.0.0.2", servers[server]), timeout=1).close()
    except ConnectionRefusedError:
        assert not is_reached
    else:
        assert is_reached


@pytest.mark.parametrize(("server", "still_open"), [("stock", DAWDLERS), ("chassis", 0)])
def test_30_clients_who_begin_a_request_and_do_not_go_on(
    servers: Servers, dawdlers: dict[str, list[socket.socket]], server: str, still_open: int
) -> None:
    """nameko keeps them for ever; ours ends them, and serves on."""
    assert sum(_is_open(client) for client in dawdlers[server]) == still_open
    assert requests.get(f"http://127.0.0.1:{servers[server]}/nowhere", timeout=5).status_code == 404


def _answers(port: int) -> Callable[[], bool]:
    return lambda: requests.get(f"http://127.0.0.1:{port}/", timeout=2).status_code > 0


def _head(server: str, length: str) -> bytes:
    lines = (f"POST {PATHS[server]} HTTP/1.1", "Host: a", "Content-Type: application/json", length, "", "")
    return "\r\n".join(lines).encode()


def _status(client: socket.socket) -> str:
    return client.recv(1000).split(b" ")[1].decode()


def _is_open(client: socket.socket) -> bool:
    client.setblocking(False)
    with suppress(ConnectionResetError):
        while True:
            try:
                if not client.recv(1000):
                    return False
            except BlockingIOError:
                return True
    return False
