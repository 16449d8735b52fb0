"""One node, one database server and one stage for all of these tests; each test finds them mended."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.silence.node import Node, private_node
from tests.faults.silence.stage import DATABASES, Stage
from tests.faults.silence.vendor import CountingVendor


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    with private_node() as found:
        yield found


@pytest.fixture(scope="session")
def one_vendor() -> Iterator[CountingVendor]:
    with CountingVendor() as found:
        yield found


@pytest.fixture
def vendor(one_vendor: CountingVendor) -> CountingVendor:
    one_vendor.forget()
    return one_vendor


@pytest.fixture(scope="session")
def whole_stage(
    node: Node, one_vendor: CountingVendor, migrated: Callable[[str], str], keys_folder: Path
) -> Iterator[Stage]:
    databases = {name: migrated(name) for name in DATABASES.values()}
    stage = Stage(bus=node.url, databases=databases, keys=keys_folder, vendor_url=one_vendor.url)
    try:
        yield stage
    finally:
        stage.close()


@pytest.fixture
def stage(whole_stage: Stage) -> Stage:
    whole_stage.mend()
    return whole_stage
