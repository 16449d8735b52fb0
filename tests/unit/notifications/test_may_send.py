"""Whether a message may go, and when."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.accounts.contract.flags import FLAG_KINDS
from services.notifications.rules.deciding import (
    QUIET_FROM,
    QUIET_UNTIL,
    UNKNOWN_ZONE_STANDS_FOR,
    Decision,
    Reach,
    first_welcome_instant,
    may_send,
)
from services.notifications.rules.kinds import STOPPED_BY, Channel, Kind
from services.notifications.rules.states import Reason

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
EIGHT_IN_CHICAGO = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)

GO = Decision(send=True, reason=Reason.ALLOWED)
ZONES = ("America/Chicago", "America/Los_Angeles", "America/Phoenix", "America/St_Johns", "Pacific/Honolulu")


def a_reach(**differences: Any) -> Reach:
    facts = {"has_address": True, "has_consent": True, "is_suppressed": False, "time_zone": "America/Chicago"}
    return Reach(**{**facts, **differences})


def no(reason: Reason) -> Decision:
    return Decision(send=False, reason=reason)


@pytest.mark.parametrize(
    ("kind", "channel", "differences", "now", "decision"),
    [
        (Kind.ANSWER, Channel.EMAIL, {}, NOON, GO),
        (Kind.ANSWER, Channel.SMS, {}, NOON, GO),
        # A mail asks for no consent and knows no night; a text that answers knows no night either.
        (Kind.ANSWER, Channel.EMAIL, {"has_consent": False}, NIGHT, GO),
        (Kind.ROUTINE, Channel.EMAIL, {}, NIGHT, GO),
        (Kind.SECURITY, Channel.EMAIL, {"has_consent": False}, NIGHT, GO),
        (Kind.ANSWER, Channel.SMS, {}, NIGHT, GO),
        (Kind.SECURITY, Channel.SMS, {}, NIGHT, GO),
        (Kind.ROUTINE, Channel.SMS, {}, NOON, GO),
        (
            Kind.ROUTINE,
            Channel.SMS,
            {},
            NIGHT,
            Decision(send=True, reason=Reason.QUIET_HOURS, not_before=EIGHT_IN_CHICAGO),
        ),
        (Kind.ANSWER, Channel.SMS, {"has_consent": False}, NOON, no(Reason.NO_CONSENT)),
        (Kind.SECURITY, Channel.SMS, {"has_consent": False}, NOON, no(Reason.NO_CONSENT)),
        (Kind.ROUTINE, Channel.SMS, {"has_consent": False}, NIGHT, no(Reason.NO_CONSENT)),
        (Kind.ANSWER, Channel.SMS, {"has_address": False}, NOON, no(Reason.NO_ADDRESS)),
        (Kind.ANSWER, Channel.EMAIL, {"has_address": False}, NOON, no(Reason.NO_ADDRESS)),
        (Kind.ANSWER, Channel.SMS, {"is_suppressed": True}, NOON, no(Reason.OPTED_OUT)),
        (Kind.SECURITY, Channel.SMS, {"is_suppressed": True}, NOON, no(Reason.OPTED_OUT)),
        (Kind.SECURITY, Channel.EMAIL, {"is_suppressed": True}, NOON, no(Reason.OPTED_OUT)),
        # STOP weighs more than a consent that was given before it, and is the reason that is kept.
        (Kind.ROUTINE, Channel.SMS, {"is_suppressed": True, "has_consent": False}, NIGHT, no(Reason.OPTED_OUT)),
    ],
)
def test_a_message_may_go_or_not(
    kind: Kind, channel: Channel, differences: dict[str, Any], now: datetime, decision: Decision
) -> None:
    assert may_send(kind=kind, channel=channel, reach=a_reach(**differences), now=now) == decision


@pytest.mark.parametrize(
    ("local", "welcome"),
    [
        ("2026-11-23 07:59:59", "2026-11-23 08:00:00"),
        ("2026-11-23 08:00:00", "2026-11-23 08:00:00"),
        ("2026-11-23 20:59:59", "2026-11-23 20:59:59"),
        ("2026-11-23 21:00:00", "2026-11-24 08:00:00"),
        ("2026-11-24 00:00:00", "2026-11-24 08:00:00"),
        # The night of 8 March 2026 is an hour short, that of 1 November an hour long.
        ("2026-03-07 22:00:00", "2026-03-08 08:00:00"),
        ("2026-10-31 22:00:00", "2026-11-01 08:00:00"),
        ("2026-12-31 23:00:00", "2027-01-01 08:00:00"),
    ],
)
def test_quiet_hours_are_those_of_the_recipients_clock(local: str, welcome: str) -> None:
    zone = ZoneInfo("America/Denver")
    now = datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)

    found = first_welcome_instant(now=now, time_zone="America/Denver")

    assert found.astimezone(zone).isoformat(sep=" ")[:19] == welcome
    assert found.utcoffset() == timedelta(0)


def test_a_person_of_unknown_zone_is_written_to_when_it_is_day_from_east_to_west() -> None:
    nine_in_new_york = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    eight_in_honolulu = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    nine_in_the_evening_in_puerto_rico = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

    assert first_welcome_instant(now=nine_in_new_york, time_zone=None) == eight_in_honolulu
    assert first_welcome_instant(now=eight_in_honolulu, time_zone=None) == eight_in_honolulu
    assert first_welcome_instant(
        now=nine_in_the_evening_in_puerto_rico, time_zone=None
    ) == eight_in_honolulu + timedelta(days=1)


@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    time_zone=st.sampled_from((*ZONES, None)),
)
@example(now=datetime(2026, 11, 24, 3, 0, tzinfo=UTC), time_zone="America/Chicago")
def test_the_welcome_instant_is_day_everywhere_and_less_than_a_day_away(now: datetime, time_zone: str | None) -> None:
    welcome = first_welcome_instant(now=now, time_zone=time_zone)

    assert timedelta(0) <= welcome - now < timedelta(hours=24)
    for name in (time_zone,) if time_zone else UNKNOWN_ZONE_STANDS_FOR:
        assert QUIET_UNTIL <= welcome.astimezone(ZoneInfo(name)).time() < QUIET_FROM
    assert first_welcome_instant(now=welcome, time_zone=time_zone) == welcome


ALWAYS = {Kind.SECURITY, Kind.ANSWER, Kind.NOTICE}


@pytest.mark.parametrize(
    ("flag", "going"),
    [
        ("servicemember", set(Kind)),
        ("bankruptcy", ALWAYS),
        ("deceased", ALWAYS),
        ("dispute", {*ALWAYS, Kind.ROUTINE}),
        ("cease_contact", ALWAYS),
    ],
)
@pytest.mark.parametrize("channel", Channel)
def test_a_flag_on_the_account_stops_what_it_must_by_every_channel(
    flag: str, going: set[Kind], channel: Channel
) -> None:
    decided = {kind: may_send(kind=kind, channel=channel, reach=a_reach(), now=NOON, flags={flag}) for kind in Kind}
    assert {kind for kind, decision in decided.items() if decision.send} == going
    assert {decision.reason for decision in decided.values() if not decision.send} <= {Reason.ACCOUNT_FLAGGED}


def test_of_several_flags_each_stops_its_own() -> None:
    both = may_send(
        kind=Kind.ROUTINE, channel=Channel.EMAIL, reach=a_reach(), now=NOON, flags={"dispute", "bankruptcy"}
    )
    assert both == no(Reason.ACCOUNT_FLAGGED)


def test_every_flag_that_accounts_knows_has_its_line() -> None:
    assert set(STOPPED_BY) == set(FLAG_KINDS)


@pytest.mark.parametrize("kind", [Kind.DEMAND, Kind.NOTICE])
def test_demands_and_notices_by_text_wait_for_the_morning_too(kind: Kind) -> None:
    decision = may_send(kind=kind, channel=Channel.SMS, reach=a_reach(), now=NIGHT)
    assert decision == Decision(send=True, reason=Reason.QUIET_HOURS, not_before=EIGHT_IN_CHICAGO)
