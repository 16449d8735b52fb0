"""What is said to be shared by files of tests is shared by files that are there."""

from pathlib import Path

from tests.fixtures.sharing import SHARED, SHARED_BY

ROOT = Path(__file__).parents[2]


def test_every_file_that_shares_is_there_and_shares_one_thing() -> None:
    assert [file for file in SHARED_BY if not (ROOT / file).is_file()] == []
    assert len(SHARED_BY) == sum(len(files) for files in SHARED.values())
