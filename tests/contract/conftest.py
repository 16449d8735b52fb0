"""A gateway on a port of its own and a browser to look at it; logs are kept, not printed."""

import threading
from collections.abc import Iterator

import pytest
import structlog
from werkzeug.serving import make_server

from chassis.clock import FixedClock
from tests.contract.browser import Browser, a_browser, find_program
from tests.fixtures.time import NOW, TODAY
from tests.unit.gateway.builders import a_gateway


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[structlog.typing.EventDict]]:
    """What the test logged, as data: a rendered traceback costs more than the rest of a test."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = find_program()
    if program is None:
        pytest.skip("there is no Chromium on this machine, and only root can install it")
    with a_browser(program=program) as opened:
        yield opened


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where the gateway answers; its neighbours are played by their contracts."""
    application = a_gateway(clock=FixedClock(now=NOW, today=TODAY)).client.application
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)
    server.server_close()
