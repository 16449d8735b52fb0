"""One private broker and one attacked stack for all tests here.

Importing users into a broker that others use would change it for them.
"""

from collections.abc import Iterator

import pytest

from deploy.broker import Broker
from tests.fixtures.stacks import a_running_stack
from tests.security.nodes import Guarded, guarded_vhost, started_node
from tests.security.people import Attacked, people_of


@pytest.fixture(scope="session")
def node() -> Iterator[Broker]:
    with started_node() as found:
        yield found


@pytest.fixture(scope="session")
def guarded(node: Broker) -> Guarded:
    return guarded_vhost(node, vhost="captive-rights")


# Limits are judged by themselves; here they would answer in the place of the routes.
SETTINGS = dict.fromkeys(
    (
        "REGISTRATIONS_PER_MINUTE", "SESSIONS_PER_MINUTE", "REQUESTS_PER_MINUTE", "TYPING_PER_MINUTE",
        "TEST_MESSAGES_PER_HOUR",
    ),
    "1000000",
)  # fmt: skip


@pytest.fixture(scope="session")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """One stack for all who attack it over HTTP; what each of them may change, the others do not rest on."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in SETTINGS.items():
            patched.setenv(name, value)
        with a_running_stack(data=tmp_path_factory.mktemp("attacked") / "data") as stack:
            yield people_of(stack)
