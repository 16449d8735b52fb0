"""Notices of commits reach a process at once, one for each transaction, also after the connection was lost."""

import time
from collections.abc import Callable, Iterator

import eventlet
import pytest
from sqlalchemy import text

from chassis import notices
from chassis.notices import Notices, announce
from chassis.store import Database

CHANNEL = "something_new"


class Ear:
    """Counts what it hears, in a green thread as in a service."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.heard = 0
        self.notices = Notices(database=database, channel=CHANNEL, on_notice=self._hear)
        self.thread = eventlet.spawn(self.notices.run)

    def _hear(self) -> None:
        self.heard += 1

    def hears(self, count: int) -> bool:
        """Whether it has heard exactly so many, once what is under way has arrived."""
        turn_until(lambda: self.heard >= count)
        eventlet.sleep(0.1)
        return self.heard == count


@pytest.fixture
def ear(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    monkeypatch.setattr(notices, "RECONNECT_SECONDS", 0.05)
    ear = Ear(database)
    turn_until(lambda: ear.notices.is_up)
    yield ear
    ear.thread.kill()


def turn_until(holds: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 15
    while not holds() and time.monotonic() < ends_at:
        eventlet.sleep(0.01)


def something_happens(database: Database, *, times: int = 1) -> None:
    with database.writing() as transaction:
        for _ in range(times):
            announce(transaction, channel=CHANNEL)


def connections(database: Database) -> list[int]:
    with database.reading() as transaction:
        found = transaction.all(text(f"SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN \"{CHANNEL}\"'"))
    return [row["pid"] for row in found]


def test_a_new_connection_says_look_once(ear: Ear) -> None:
    assert ear.hears(1)


def test_each_transaction_is_heard_once_however_often_it_announced(database: Database, ear: Ear) -> None:
    something_happens(database, times=3)
    assert ear.hears(2)
    something_happens(database)
    assert ear.hears(3)


def test_nothing_is_heard_of_what_is_not_committed(database: Database, ear: Ear) -> None:
    with database.engine.connect() as connection:
        connection.execute(text(f"NOTIFY {CHANNEL}"))
        connection.rollback()
    assert ear.hears(1)


def test_a_lost_connection_is_made_anew_and_then_says_look(database: Database, ear: Ear) -> None:
    with database.writing() as transaction:
        for process in connections(database):
            transaction.value(text(f"SELECT pg_terminate_backend({process})"))
    turn_until(lambda: not ear.notices.is_up)
    assert ear.hears(2)
    assert ear.notices.is_up
    something_happens(database)
    assert ear.hears(3)


def test_a_connection_that_says_nothing_is_asked_whether_it_lives(
    database: Database, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "CHECK_SECONDS", 0.05)
    something_happens(database)
    assert ear.hears(2)
    eventlet.sleep(0.3)
    with database.reading() as transaction:
        asked = transaction.value(text("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT 1'"))
    assert (asked, ear.notices.is_up) == (1, True)


def test_listening_takes_no_place_in_the_pool(database: Database, ear: Ear) -> None:
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert len(connections(database)) == 1
    ear.thread.kill()
    turn_until(lambda: connections(database) == [])
    assert connections(database) == []


def test_what_a_notice_carries_is_handed_on(database: Database) -> None:
    carried: list[str] = []
    listening = Notices(database=database, channel="something_said", on_payload=carried.append)
    thread = eventlet.spawn(listening.run)
    turn_until(lambda: listening.is_up)
    with database.writing() as transaction:
        announce(transaction, channel="something_said", payload="hello")
        announce(transaction, channel="something_said", payload="goodbye")
    turn_until(lambda: len(carried) == 2)
    thread.kill()
    assert carried == ["hello", "goodbye"]
