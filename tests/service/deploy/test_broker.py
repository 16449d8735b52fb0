"""The broker for tests: a virtual host of one's own, and nothing of anybody else's touched."""

import pytest

from deploy.broker import broker_vhost, find_running, private_broker, refusal_of

pytestmark = pytest.mark.bus


def test_a_virtual_host_lives_as_long_as_the_block() -> None:
    with broker_vhost() as url:
        assert refusal_of(url) is None
    assert refusal_of(url) is not None


@pytest.mark.slow
def test_a_private_node_ends_with_its_block_and_leaves_the_machines_broker_alone() -> None:
    before = find_running()
    with private_broker() as broker, broker.vhost() as url:
        assert refusal_of(url) is None
    assert "No broker answers" in (refusal_of(url) or "")
    assert (find_running() is None) == (before is None)
