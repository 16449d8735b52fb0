"""When partners are called again, and when they are left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.webhooks import rules

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
MIDDLE = 0.5


def waits(chance: float) -> list[float]:
    """The seconds between one try and the next, over a delivery's whole life."""
    found = []
    for tries in range(1, rules.TRIES_MAX + 1):
        again = rules.next_try_at(tries=tries, now=NOW, chance=chance)
        found += [(again - NOW).total_seconds()] if again else []
    return found


def test_the_schedule_is_the_documented_one() -> None:
    hours = [wait / 3600 for wait in waits(MIDDLE)]
    assert waits(MIDDLE)[:3] == [5, 300, 1800]
    assert hours[3:] == [2, 5, 10, 14, 20, 24]
    assert 72 < sum(hours) < 96


def test_jitter_moves_every_wait_a_little_and_none_far() -> None:
    for least, usual, most in zip(waits(0.0), waits(MIDDLE), waits(0.999), strict=True):
        assert usual * 0.9 == pytest.approx(least)
        assert usual * 1.09 < most <= usual * 1.1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120), ("0", None), ("Mon, 23 Nov 2026 15:35:00 GMT", 300), ("Mon, 23 Nov 2026 15:29:00 GMT", None),
        ("86401", 86_400), ("999999999", 86_400), ("Fri, 31 Dec 2027 00:00:00 GMT", 86_400), ("soon", None), ("", None),
        ("-5", None), ("1.5", None), ("9" * 400, None), (None, None),
        ("Mon, 1 Nov 99999999999 00:00:00 GMT", None),
    ],
)  # fmt: skip
def test_a_partner_says_until_when_it_wants_to_be_left_alone_and_a_day_at_most(
    said: str | None, seconds: int | None
) -> None:
    until = rules.asked_to_wait_until(retry_after=said, now=NOW)
    assert until == (NOW + timedelta(seconds=seconds) if seconds else None)


def test_who_asks_for_a_later_try_gets_it_and_for_a_sooner_one_does_not() -> None:
    for seconds, expected in ((120, 300), (900, 900)):
        asked = NOW + timedelta(seconds=seconds)
        again = rules.next_try_at(tries=2, now=NOW, chance=MIDDLE, not_before=asked)
        assert again == NOW + timedelta(seconds=expected)
    for failures_in_row in (1, 9):
        until = rules.paused_until(failures_in_row=failures_in_row, now=NOW, not_before=NOW + timedelta(1))
        assert until == NOW + timedelta(1)


def test_after_the_last_try_there_is_none() -> None:
    assert rules.next_try_at(tries=rules.TRIES_MAX - 1, now=NOW, chance=MIDDLE) is not None
    assert rules.next_try_at(tries=rules.TRIES_MAX, now=NOW, chance=MIDDLE) is None


@pytest.mark.parametrize(
    ("failures_in_row", "seconds"), [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (9, 480), (10, 600), (500, 600)]
)
def test_an_endpoint_that_fails_in_a_row_gets_growing_pauses(failures_in_row: int, seconds: int) -> None:
    until = rules.paused_until(failures_in_row=failures_in_row, now=NOW)
    assert until == (NOW + timedelta(seconds=seconds) if seconds else None)


@pytest.mark.parametrize(
    ("failures_in_row", "in_flight", "room"),
    [(0, 0, 4), (0, 3, 1), (0, 4, 0), (0, 5, 0), (4, 0, 4), (5, 0, 1), (5, 1, 0)],
)  # fmt: skip
def test_an_endpoint_has_four_calls_at_once_and_one_while_it_fails(
    failures_in_row: int, in_flight: int, room: int
) -> None:
    assert rules.room(failures_in_row=failures_in_row, in_flight=in_flight) == room


@pytest.mark.parametrize(("hours", "given_up"), [(0, False), (119.9, False), (120, True)])
def test_an_endpoint_is_given_up_after_five_days(hours: float, given_up: bool) -> None:
    assert rules.is_given_up(failing_since=NOW - timedelta(hours=hours), now=NOW) is given_up
