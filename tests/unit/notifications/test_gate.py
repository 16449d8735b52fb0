"""A vendor is left alone as long as it said, or once it has fallen silent; one call finds out whether it is back."""

from dataclasses import dataclass

import pytest

from chassis.errors import VendorDown
from services.notifications.providers.gate import (
    LIMITED_SECONDS,
    PROBE_SECONDS,
    RESET_SECONDS_MAX,
    SILENCES_MAX,
    SILENT_SECONDS_FIRST,
    SILENT_SECONDS_MAX,
    Gate,
)


@dataclass
class Time:
    """Seconds since 1970, moved by hand."""

    seconds: float = 1_795_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def gate(time: Time) -> Gate:
    return Gate(vendor="vendor", now=time)


def is_open(gate: Gate) -> bool:
    try:
        gate.enter()
    except VendorDown:
        return False
    return True


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"x-ratelimit-reset": "1795000030"}, 30.0),
        (429, {"retry-after": "17"}, 17.0),
        (429, {"retry-after": "Wed, 18 Nov 2026 17:06:50 GMT"}, 10.0),
        (429, {}, LIMITED_SECONDS),
        (429, {"retry-after": "soon"}, LIMITED_SECONDS),
        (429, {"x-ratelimit-reset": "9999999999999"}, RESET_SECONDS_MAX),
        (503, {"retry-after": "60"}, 60.0),
    ],
)
def test_who_says_how_long_is_called_again_then_and_not_before(
    gate: Gate, time: Time, status: int, headers: dict[str, str], seconds: float
) -> None:
    time.seconds = 1_795_021_600.0 if "GMT" in headers.get("retry-after", "") else time.seconds
    gate.answered(status=status, headers=headers)

    time.seconds += seconds - 0.5
    assert not is_open(gate)
    time.seconds += 0.5
    assert is_open(gate)


@pytest.mark.parametrize("status", [200, 202, 400, 404, 503])
def test_other_answers_leave_it_open(gate: Gate, status: int) -> None:
    gate.answered(status=status, headers={})
    assert is_open(gate)


@pytest.mark.parametrize("failure", ["silence", "500"])
def test_a_vendor_that_takes_calls_and_says_nothing_is_left_alone_after_a_few(
    gate: Gate, time: Time, failure: str
) -> None:
    for _ in range(SILENCES_MAX):
        assert is_open(gate)
        gate.fell_silent() if failure == "silence" else gate.answered(status=500, headers={})
    assert not is_open(gate)

    time.seconds += SILENT_SECONDS_FIRST
    # One finds out, the others wait for what it finds.
    assert [is_open(gate), is_open(gate)] == [True, False]
    gate.answered(status=202, headers={})
    assert [is_open(gate), is_open(gate)] == [True, True]


def test_while_it_stays_silent_it_is_asked_ever_more_seldom_and_by_one_call(gate: Gate, time: Time) -> None:
    for _ in range(SILENCES_MAX):
        gate.fell_silent()
    began, calls = time.seconds, 0
    while time.seconds - began < 3600:
        if is_open(gate):
            calls += 1
            gate.fell_silent()
        time.seconds += 1
    assert 3600 / SILENT_SECONDS_MAX <= calls <= 3600 / SILENT_SECONDS_MAX + 5


def test_a_probe_that_never_ends_does_not_close_it_for_ever(gate: Gate, time: Time) -> None:
    for _ in range(SILENCES_MAX):
        gate.fell_silent()
    time.seconds += SILENT_SECONDS_FIRST
    assert is_open(gate)
    time.seconds += PROBE_SECONDS
    assert is_open(gate)
