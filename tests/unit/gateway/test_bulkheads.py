"""A service that is slow or silent holds up its own callers, a bounded number of them, and is noticed when it answers.

Calls that wait are played by calls from within a call: while the neighbour answers, the next one asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from chassis.bus.rpc import Reply
from chassis.context import NOBODY, CallContext
from chassis.errors import (
    DependencyDown,
    NeighbourBusy,
    NeighbourShunned,
    NeighbourSilent,
    NotAsked,
    NotFound,
)
from gateway.admission import Rank
from gateway.bulkheads import (
    PROBE_PAUSE_SECONDS,
    PROBES,
    SILENCE_SECONDS,
    STRETCH_SECONDS,
    WAITING_MAX,
    WAITING_MIN,
    WAITING_START,
    WINDOW_SECONDS,
    Bulkhead,
)

TIMEOUT_SECONDS = 4.0


@dataclass
class Slow:
    """A neighbour whose answers take time, in which others may ask; `failing` is raised in place of an answer."""

    seconds: float = 0.01
    now: float = 1000.0
    asked: int = 0
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    failing: Exception | None = None

    def ask(
        self, method: str, *, request: Mapping[str, Any], context: CallContext, key: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:  # fmt: skip
        self.asked += 1
        began_at = self.now
        if self.meanwhile:
            self.meanwhile.pop()()
        self.now = max(self.now, began_at + self.seconds)
        if self.failing is not None:
            raise self.failing
        return Reply({})


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def bulkhead(slow: Slow) -> Bulkhead:
    return Bulkhead("leases", slow, now=lambda: slow.now)


def ask(bulkhead: Bulkhead, rank: Rank = Rank.FIRST, *, is_optional: bool = False) -> None:
    bulkhead.ask("get_lease", request={}, context=NOBODY, key=None, rank=rank, is_optional=is_optional)


def crowd(bulkhead: Bulkhead, slow: Slow, *, count: int, rank: Rank = Rank.FIRST) -> list[DependencyDown]:
    """So many ask while the first of them waits; gives why some were not asked."""
    refused: list[DependencyDown] = []

    def one_more() -> None:
        try:
            ask(bulkhead, rank)
        except NotAsked as error:
            refused.append(error)
            if slow.meanwhile:
                slow.meanwhile.pop()()
        except NeighbourSilent:
            return

    slow.meanwhile = [one_more] * (count - 1)
    one_more()
    return refused


@pytest.mark.parametrize("rank", list(Rank))
def test_thirty_two_who_wait_for_their_answers_are_never_too_many(
    bulkhead: Bulkhead, slow: Slow, rank: Rank
) -> None:  # fmt: skip
    for _ in range(60):
        slow.seconds += 0.2
        assert crowd(bulkhead, slow, count=32, rank=rank) == []
    assert bulkhead.allowed == WAITING_MIN


def test_so_many_may_wait_and_the_next_is_refused_without_being_asked(bulkhead: Bulkhead, slow: Slow) -> None:
    refused = crowd(bulkhead, slow, count=WAITING_START + 10)
    assert [type(error) for error in refused] == [NeighbourBusy] * 10
    assert slow.asked == WAITING_START
    assert bulkhead.waiting == 0


def test_lists_may_fill_less_of_it_than_money(bulkhead: Bulkhead, slow: Slow) -> None:
    let_in = [100 - len(crowd(bulkhead, slow, count=100, rank=rank)) for rank in (Rank.REST, Rank.READ, Rank.FIRST)]
    assert let_in == [64, 72, 80]


def test_a_service_that_gets_slower_is_given_less_to_do_and_more_again_afterwards(
    bulkhead: Bulkhead, slow: Slow
) -> None:
    ask(bulkhead)
    slow.seconds += STRETCH_SECONDS * 2
    for _ in range(20):
        ask(bulkhead)
    assert bulkhead.allowed == WAITING_MIN
    slow.seconds = 0.01
    for _ in range(200):
        slow.now += WINDOW_SECONDS
        crowd(bulkhead, slow, count=WAITING_MAX)
    assert bulkhead.allowed > WAITING_START


class TestSilence:
    @pytest.fixture
    def silent(self, bulkhead: Bulkhead, slow: Slow) -> Bulkhead:
        """Nobody has been answered for a while, and as many as may ask are waiting."""
        slow.failing, slow.seconds = NeighbourSilent("no answer"), TIMEOUT_SECONDS

        def later() -> None:
            slow.now += SILENCE_SECONDS + 0.1

        def ask_meanwhile() -> None:
            with pytest.raises(NeighbourSilent):
                ask(bulkhead)

        slow.meanwhile = [later, *[ask_meanwhile] * (PROBES - 1)]
        ask_meanwhile()
        assert bulkhead.is_silent
        return bulkhead

    def test_a_few_ask_on_and_everybody_else_is_refused_at_once(self, silent: Bulkhead, slow: Slow) -> None:
        asked = slow.asked
        refused = crowd(silent, slow, count=50)
        assert [type(error) for error in refused] == [NeighbourShunned] * (50 - PROBES)
        assert slow.asked == asked + PROBES

    def test_what_an_answer_can_do_without_is_asked_for_by_one_call_now_and_then(
        self, silent: Bulkhead, slow: Slow
    ) -> None:
        asked = slow.asked
        for _ in range(3):
            with pytest.raises(NeighbourShunned):
                ask(silent, is_optional=True)
        assert slow.asked == asked
        slow.now += PROBE_PAUSE_SECONDS
        refused: list[NeighbourShunned] = []

        def one_more() -> None:
            with pytest.raises(NeighbourShunned) as caught:
                ask(silent, is_optional=True)
            refused.append(caught.value)

        slow.meanwhile = [one_more]
        with pytest.raises(NeighbourSilent):
            ask(silent, is_optional=True)
        assert (slow.asked, len(refused)) == (asked + 1, 1)

    def test_once_it_answers_what_is_optional_is_asked_for_again(self, silent: Bulkhead, slow: Slow) -> None:
        slow.failing, slow.seconds = None, 0.01
        ask(silent)
        ask(silent, is_optional=True)

    def test_the_first_answer_ends_it(self, silent: Bulkhead, slow: Slow) -> None:
        slow.failing, slow.seconds = None, 0.01
        ask(silent)
        assert not silent.is_silent
        assert crowd(silent, slow, count=50) == []

    def test_a_refusal_is_an_answer(self, silent: Bulkhead, slow: Slow) -> None:
        slow.failing, slow.seconds = NotFound(), 0.01
        with pytest.raises(NotFound):
            ask(silent)
        assert not silent.is_silent

    def test_a_service_that_says_that_its_own_database_is_down_is_not_silent(
        self, silent: Bulkhead, slow: Slow
    ) -> None:
        slow.failing, slow.seconds = NeighbourSilent("waits for something that is down"), 0.01
        with pytest.raises(NeighbourSilent):
            ask(silent)
        assert not silent.is_silent

    def test_a_pause_in_which_nobody_asks_is_no_silence(self, bulkhead: Bulkhead, slow: Slow) -> None:
        ask(bulkhead)
        slow.now += 3600
        assert not bulkhead.is_silent
        assert crowd(bulkhead, slow, count=40) == []
