"""Which clocks fit an address, and that a text is welcome by all of them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.rules.deciding import QUIET_FROM, QUIET_UNTIL, first_welcome_instant
from services.notifications.rules.zones import UNKNOWN, zones_of

_STATES = (
    "AK AL AR AS AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MP MS MT NC ND NE NH NJ NM NV NY "
    "OH OK OR PA PR RI SC SD TN TX UT VA VI VT WA WI WV WY"
)
STATES = _STATES.split()


@pytest.mark.parametrize(
    ("state", "postal_code", "names"),
    [
        ("TX", "75201", ("America/Chicago",)),
        ("TX", "79901", ("America/Denver",)),
        # Alpine keeps Central time, Fort Hancock Mountain time: 798 has both.
        ("TX", "79830", ("America/Chicago", "America/Denver")),
        ("FL", "33101", ("America/New_York",)),
        ("FL", "32501", ("America/Chicago",)),
        ("FL", "32401", ("America/New_York", "America/Chicago")),
        ("TN", "37203", ("America/Chicago",)),
        ("TN", "37902", ("America/New_York",)),
        ("KY", "40202", ("America/New_York",)),
        ("KY", "42101", ("America/New_York", "America/Chicago")),
        ("KY", "42001", ("America/Chicago",)),
        ("IN", "46204", ("America/Indiana/Indianapolis",)),
        ("IN", "46402", ("America/Chicago",)),
        ("MI", "48226", ("America/Detroit",)),
        ("MI", "49938", ("America/Detroit", "America/Chicago")),
        ("ND", "58102", ("America/Chicago",)),
        ("ND", "58601", ("America/Chicago", "America/Denver")),
        ("SD", "57701", ("America/Denver",)),
        ("NE", "69361", ("America/Denver",)),
        ("KS", "67735", ("America/Chicago", "America/Denver")),
        ("ID", "83814", ("America/Los_Angeles",)),
        ("ID", "83702", ("America/Denver",)),
        ("OR", "97914", ("America/Los_Angeles", "America/Denver")),
        ("AZ", "85001", ("America/Phoenix",)),
        ("AZ", "86045", ("America/Phoenix", "America/Denver")),
        ("AK", "99501", ("America/Anchorage", "America/Adak")),
        ("HI", "96813", ("Pacific/Honolulu",)),
        ("PR", "00901-1234", ("America/Puerto_Rico",)),
        ("NY", "10001", ("America/New_York",)),
        ("AE", "09012", ()),
        ("ZZ", "00000", ()),
    ],
)
def test_an_address_has_its_clocks(state: str, postal_code: str, names: tuple[str, ...]) -> None:
    assert zones_of(state=state, postal_code=postal_code) == names


@pytest.mark.parametrize("state", STATES)
def test_every_state_and_territory_has_a_clock_that_exists(state: str) -> None:
    for prefix in range(1000):
        found = zones_of(state=state, postal_code=f"{prefix:03}01")
        assert found
        assert all(ZoneInfo(name) for name in found)


@given(
    state=st.sampled_from([*STATES, "AE"]),
    prefix=st.integers(0, 999),
    now=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_a_welcome_instant_is_day_by_every_clock_that_fits_and_the_first_such(
    state: str, prefix: int, now: datetime
) -> None:
    names = zones_of(state=state, postal_code=f"{prefix:03}01")
    welcome = first_welcome_instant(now=now, names=names)

    def is_day(instant: datetime) -> bool:
        clocks = (instant.astimezone(ZoneInfo(name)).time() for name in names or UNKNOWN)
        return all(QUIET_UNTIL <= clock < QUIET_FROM for clock in clocks)

    assert is_day(welcome)
    assert welcome == now or not is_day(now)
    assert welcome >= now
    # Nothing between is day: whole quarters of an hour suffice, since every zone changes at those.
    between = now
    while welcome - between > (step := (welcome - now) / 40) and step.total_seconds() > 0:
        assert not is_day(between)
        between += step
