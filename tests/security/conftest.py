"""One private node for all tests here: importing users into a broker that others use would change it for them."""

from collections.abc import Iterator

import pytest

from deploy.broker import Broker
from tests.security.nodes import Guarded, guarded_vhost, started_node


@pytest.fixture(scope="session")
def node() -> Iterator[Broker]:
    with started_node() as found:
        yield found


@pytest.fixture(scope="session")
def guarded(node: Broker) -> Guarded:
    return guarded_vhost(node, vhost="captive-rights")
