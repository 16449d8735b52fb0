"""A stack per test, on a data folder of its own, and whatever it leaves is cleared."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.postgres.cluster import Cluster
from tests.service.deploy.stacks import Stack, named_databases, new_home


@pytest.fixture
def home() -> Iterator[Path]:
    folder = new_home()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stack(home: Path) -> Iterator[Stack]:
    """A stack that is not started yet."""
    made = Stack(data=home / "data")
    yield made
    made.close()


@pytest.fixture
def light_stack(stack: Stack, cluster: Cluster) -> Stack:
    """One that starts quickly, on databases that are there already."""
    stack.environment = named_databases(cluster.admin_url())
    return stack


@pytest.fixture
def cluster_in(home: Path) -> Iterator[Callable[..., Cluster]]:
    """Make clusters; they are destroyed afterwards."""
    made: list[Cluster] = []

    def make(data: Path = home, *, durable: bool = False) -> Cluster:
        made.append(Cluster(data=data, durable=durable))
        return made[-1]

    yield make
    for cluster in made:
        cluster.destroy()
