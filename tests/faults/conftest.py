"""Both arms, stock nameko and ours, on one virtual host for the whole run; each test finds them mended."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.broker import running_broker
from deploy.postgres.cluster import Cluster
from tests.faults.arms import Arm, Arms, both_arms


@pytest.fixture(scope="session")
def arms(
    cluster: Cluster, migrated: Callable[[str], str], keys_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Arms]:
    folder = tmp_path_factory.mktemp("arms")
    with (
        running_broker() as broker,
        broker.vhost() as bus,
        both_arms(bus=bus, cluster=cluster, migrated=migrated, keys=keys_folder, folder=folder) as found,
    ):
        yield found


@pytest.fixture
def arm(request: pytest.FixtureRequest, arms: Arms) -> Arm:
    return arms.ready(request.param)
