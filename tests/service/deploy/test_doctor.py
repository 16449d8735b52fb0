"""What the doctor says of a data folder whose keys are not all there."""

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

from deploy.cli.doctor import Finding, examine
from deploy.keys import ensure_keys
from deploy.postgres.cluster import Cluster
from deploy.stack import DataFolder


def of_keys(folder: DataFolder) -> list[Finding]:
    return [found for found in examine(folder=folder, port=8000) if found.subject == "keys"]


def test_keys_are_missed_beside_databases_that_need_them(cluster_in: Callable[..., Cluster], home: Path) -> None:
    folder = DataFolder(home)
    assert of_keys(folder) == [], "before there are databases nothing is missed"
    cluster_in(home).start()
    ensure_keys(folder=folder.keys)
    assert [found.is_well for found in of_keys(folder)] == [True]
    rmtree(folder.keys / "fields-accounts")
    [missed] = of_keys(folder)
    assert missed.is_well is False
    assert "none for fields-accounts" in missed.detail
    assert "--fresh" in missed.detail
