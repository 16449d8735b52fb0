"""Records read ahead arrive in order, with whatever went wrong at its place, and nobody reads for nobody."""

import threading
from collections.abc import Iterator

import pytest

from deploy.portfolio.ahead import read_ahead
from deploy.portfolio.spool import Spool


def numbers(count: int, *, read: list[int], fails: bool = False) -> Iterator[int]:
    for number in range(count):
        read.append(number)
        yield number
    if fails:
        raise ValueError("the file breaks off")


def readers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "read-ahead"]


@pytest.mark.parametrize("count", [0, 1, 250, 251, 9_000])
def test_all_records_arrive_in_order(count: int) -> None:
    assert list(read_ahead(numbers(count, read=[]))) == list(range(count))
    assert readers() == []


def test_what_reading_raises_comes_after_the_records_before_it() -> None:
    ahead = read_ahead(numbers(300, read=[], fails=True))
    assert [next(ahead) for _ in range(300)] == list(range(300))
    with pytest.raises(ValueError, match="breaks off"):
        next(ahead)


def test_who_stops_taking_stops_the_reading() -> None:
    read: list[int] = []
    ahead = read_ahead(numbers(1_000_000, read=read))
    assert next(iter(ahead)) == 0
    ahead.close()  # type: ignore[attr-defined]
    assert readers() == []
    assert len(read) < 10_000


def test_a_spool_gives_back_what_was_added_in_order() -> None:
    with Spool[int]() as spool:
        for number in range(1_234):
            spool.add(number)
        assert list(spool) == list(range(1_234))
