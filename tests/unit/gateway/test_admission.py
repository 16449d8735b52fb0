"""When more is asked than can be answered, the least important is refused first, and nobody once it is over."""

import math
from dataclasses import dataclass

import pytest

from gateway.admission import CALM, IN_HAND_MAX, LATE_SECONDS, TICK_SECONDS, WINDOW_SECONDS, Admission, Rank

LATE, IN_TIME = LATE_SECONDS, 0.0
RANKED = (Rank.FIRST, Rank.READ, Rank.REST)


@dataclass
class Line:
    """Calls that wait for a neighbour."""

    waiting: int
    is_silent: bool


def a_crowd(*, in_hand: int = CALM) -> Admission:
    admission = Admission()
    admission.in_hand = in_hand
    return admission


def pass_windows(admission: Admission, count: int, *, late: float) -> None:
    for _ in range(count * ticks_of(late)):
        admission.note_late(late)


def ticks_of(late: float) -> int:
    """How often the loop wakes in a window."""
    return max(2, math.ceil(WINDOW_SECONDS / (TICK_SECONDS + late)))


def let_in(admission: Admission, rank: Rank) -> float:
    """The share of that rank that is let in now."""
    return sum(admission.admits(rank) for _ in range(100)) / 100


def test_in_time_everybody_is_let_in() -> None:
    admission = a_crowd()
    pass_windows(admission, 10, late=IN_TIME)
    assert [let_in(admission, rank) for rank in RANKED] == [1, 1, 1]


def test_lists_go_before_single_resources_and_these_before_money_and_sign_ins() -> None:
    admission = a_crowd()
    shares = []
    for _ in range(12):
        pass_windows(admission, 1, late=LATE)
        shares.append([let_in(admission, rank) for rank in RANKED])
    assert shares[1] == [1, 1, 0.5]
    assert shares[3] == [1, 1, 0]
    assert shares[5] == [1, 0.5, 0]
    assert shares[7] == [1, 0, 0]
    assert shares[11] == [1, 0, 0]
    for first, read, rest in shares:
        assert first >= read >= rest


def test_it_is_over_within_a_second_of_its_end() -> None:
    admission = a_crowd()
    pass_windows(admission, 20, late=LATE)
    pass_windows(admission, 5, late=IN_TIME)
    assert [let_in(admission, rank) for rank in RANKED] == [1, 1, 1]


def test_a_loop_that_is_very_late_does_not_wait_for_many_ticks() -> None:
    admission = a_crowd()
    for _ in range(4):
        admission.note_late(1.0)
    assert [let_in(admission, rank) for rank in RANKED] == [1, 0, 0]


def test_one_late_tick_is_a_hiccup_and_refuses_nobody() -> None:
    admission = a_crowd()
    for _ in range(20):
        admission.note_late(1.0)
        for _ in range(9):
            admission.note_late(IN_TIME)
    assert let_in(admission, Rank.REST) == 1


def test_with_few_in_hand_nobody_is_refused_however_slow_the_machine() -> None:
    admission = a_crowd(in_hand=CALM - 1)
    pass_windows(admission, 20, late=10.0)
    assert [let_in(admission, rank) for rank in RANKED] == [1, 1, 1]


@pytest.mark.parametrize(
    ("in_hand", "expected"),
    [(IN_HAND_MAX // 2, [1, 1, 0]), (IN_HAND_MAX * 3 // 4, [1, 0, 0]), (IN_HAND_MAX, [0, 0, 0])],
)
def test_each_rank_may_fill_only_its_share(in_hand: int, expected: list[int]) -> None:
    assert [let_in(a_crowd(in_hand=in_hand), rank) for rank in RANKED] == expected


def test_streams_and_probes_of_health_are_never_refused() -> None:
    admission = a_crowd(in_hand=IN_HAND_MAX * 2)
    pass_windows(admission, 20, late=LATE)
    assert let_in(admission, Rank.UNCOUNTED) == 1


def test_those_who_wait_for_a_silent_neighbour_keep_nobody_out() -> None:
    admission = a_crowd(in_hand=IN_HAND_MAX)
    admission.neighbours = [Line(waiting=IN_HAND_MAX, is_silent=True), Line(waiting=30, is_silent=False)]
    assert [let_in(admission, rank) for rank in RANKED] == [1, 1, 1]
