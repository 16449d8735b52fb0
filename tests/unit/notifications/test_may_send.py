"""Whether a message may go, and when: every cell of kind, channel, consent, flag, hour and zone."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.accounts.contract.flags import FLAG_KINDS
from services.notifications.rules.deciding import (
    BUDGETS,
    CONFIRMED_WITHIN,
    QUIET_FROM,
    QUIET_UNTIL,
    Decision,
    Facts,
    first_welcome_instant,
    may_send,
)
from services.notifications.rules.kinds import STOPPED_BY, Channel, Kind
from services.notifications.rules.states import Reason
from services.notifications.rules.zones import UNKNOWN

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
EIGHT_IN_CHICAGO = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
CHICAGO, EL_PASO = ("America/Chicago",), ("America/Chicago", "America/Denver")

GO = Decision(send=True, reason=Reason.ALLOWED)
ZONES = ("America/Chicago", "America/Los_Angeles", "America/Phoenix", "America/St_Johns", "Pacific/Honolulu")

# Written down here once more, cell by cell, so that a change of the rules is a change of this table.
GOES_AT_NIGHT = {Kind.SECURITY, Kind.ANSWER, Kind.CONFIRMATION}
ALWAYS = {Kind.SECURITY, Kind.ANSWER, Kind.NOTICE, Kind.CONFIRMATION}
GOING = {
    "servicemember": set(Kind),
    "bankruptcy": ALWAYS,
    "deceased": ALWAYS,
    "dispute": {*ALWAYS, Kind.ROUTINE},
    "cease_contact": ALWAYS,
}


def the_facts(**differences: Any) -> Facts:
    usual: dict[str, Any] = {
        "kind": Kind.ROUTINE, "channel": Channel.SMS, "has_address": True, "has_consent": True, "zones": CHICAGO,
    }  # fmt: skip
    return Facts(**{**usual, **differences})


def no(reason: Reason) -> Decision:
    return Decision(send=False, reason=reason)


HOURS = [(NOON, True), (NIGHT, False)]


@pytest.mark.parametrize(
    ("kind", "channel", "has_consent", "flag", "hour"),
    list(itertools.product(Kind, Channel, [True, False], [None, *GOING], HOURS)),
)
@pytest.mark.parametrize("zones", [CHICAGO, EL_PASO, ()])
def test_every_cell(
    kind: Kind, channel: Channel, has_consent: bool, flag: str | None, hour: tuple[datetime, bool],
    zones: tuple[str, ...],
) -> None:  # fmt: skip
    now, is_day_in_chicago = hour
    facts = the_facts(
        kind=kind, channel=channel, has_consent=has_consent, flags=(flag,) if flag else (), zones=zones
    )  # fmt: skip
    decision = may_send(facts, now=now)

    if flag and kind not in GOING[flag]:
        assert decision == no(Reason.ACCOUNT_FLAGGED)
    elif channel is Channel.SMS and not has_consent and kind is not Kind.CONFIRMATION:
        assert decision == no(Reason.NO_CONSENT)
    elif channel is not Channel.SMS or kind in GOES_AT_NIGHT or is_day_in_chicago:
        # Noon UTC-6 is eight in the morning in Honolulu: welcome wherever the person is.
        assert decision == GO
    else:
        eight = {CHICAGO: 14, EL_PASO: 15, (): 18}[zones]
        waits_until = datetime(2026, 11, 24, eight, 0, tzinfo=UTC)
        assert decision == Decision(send=True, reason=Reason.QUIET_HOURS, not_before=waits_until)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize(
    ("is_wanted", "is_locked", "goes"),
    [(True, False, True), (False, False, False), (False, True, True), (True, True, True)],
)
def test_what_people_turned_off_stays_off_unless_it_is_locked(
    kind: Kind, channel: Channel, is_wanted: bool, is_locked: bool, goes: bool
) -> None:
    decided = may_send(the_facts(kind=kind, channel=channel, is_wanted=is_wanted, is_locked=is_locked), now=NOON)
    assert decided == (GO if goes else no(Reason.NOT_WANTED))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("channel", Channel)
def test_stop_ends_all_texts_but_the_word_that_it_was_heard(kind: Kind, channel: Channel) -> None:
    decided = may_send(the_facts(kind=kind, channel=channel, is_stopped=True, is_locked=True), now=NOON)
    is_ended = channel is Channel.SMS and kind is not Kind.CONFIRMATION
    assert decided == (no(Reason.OPTED_OUT) if is_ended else GO)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("channel", Channel)
def test_what_bounced_is_not_tried_again_but_for_what_must_go(kind: Kind, channel: Channel) -> None:
    decided = may_send(the_facts(kind=kind, channel=channel, is_dead=True), now=NOON)
    assert decided == (GO if kind in {Kind.SECURITY, Kind.NOTICE} else no(Reason.ADDRESS_FAILS))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("channel", Channel)
def test_only_so_many_a_day_where_a_law_or_the_person_does_not_ask_for_more(kind: Kind, channel: Channel) -> None:
    most = BUDGETS.get(channel, 100)
    below = may_send(the_facts(kind=kind, channel=channel, spent=most - 1), now=NOON)
    reached = may_send(the_facts(kind=kind, channel=channel, spent=most), now=NOON)
    is_counted = kind in {Kind.ROUTINE, Kind.DEMAND} and channel is not Channel.INBOX
    assert below == GO
    assert reached == (no(Reason.OVER_BUDGET) if is_counted else GO)


@pytest.mark.parametrize("days_before", [10, 7, 5, 3, 1])
@pytest.mark.parametrize("wanted", [(), (7, 1), (10, 7, 5, 3, 1)])
def test_reminders_come_on_the_days_that_were_chosen(days_before: int, wanted: tuple[int, ...]) -> None:
    decided = may_send(the_facts(kind=Kind.DEMAND, days_before=days_before, days_wanted=wanted), now=NOON)
    assert decided == (GO if days_before in wanted else no(Reason.DAY_NOT_WANTED))


def test_an_electronic_record_is_not_announced_to_who_reads_paper() -> None:
    assert may_send(the_facts(channel=Channel.EMAIL, on_paper=True), now=NOON) == no(Reason.ON_PAPER)


@pytest.mark.parametrize(
    ("passed", "goes"),
    [(timedelta(0), True), (CONFIRMED_WITHIN, True), (CONFIRMED_WITHIN + timedelta(seconds=1), False)],
)
def test_a_revocation_is_confirmed_within_five_minutes_or_not_at_all(passed: timedelta, goes: bool) -> None:
    facts = the_facts(kind=Kind.CONFIRMATION, has_consent=False, is_stopped=True, answers_text_at=NIGHT)
    assert may_send(facts, now=NIGHT + passed) == (GO if goes else no(Reason.TOO_LATE))


@pytest.mark.parametrize(
    ("worse", "better"),
    list(
        itertools.pairwise(
            [
                ({"flags": ("deceased",)}, Reason.ACCOUNT_FLAGGED),
                ({"has_address": False}, Reason.NO_ADDRESS),
                ({"on_paper": True}, Reason.ON_PAPER),
                ({"is_wanted": False}, Reason.NOT_WANTED),
                ({"days_before": 3}, Reason.DAY_NOT_WANTED),
                ({"is_stopped": True}, Reason.OPTED_OUT),
                ({"is_dead": True}, Reason.ADDRESS_FAILS),
                ({"has_consent": False}, Reason.NO_CONSENT),
                ({"spent": 99}, Reason.OVER_BUDGET),
            ]
        )
    ),
)
def test_of_two_reasons_the_weightier_is_kept(
    worse: tuple[dict[str, Any], Reason], better: tuple[dict[str, Any], Reason]
) -> None:
    assert may_send(the_facts(**worse[0], **better[0]), now=NIGHT) == no(worse[1])
    assert may_send(the_facts(**better[0]), now=NIGHT) == no(better[1])


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

    found = first_welcome_instant(now=now, names=("America/Denver",))

    assert found.astimezone(zone).isoformat(sep=" ")[:19] == welcome
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("in_phoenix", "welcome_there"),
    [
        # In winter the Navajo Nation keeps Phoenix' time; in summer it is an hour ahead, and both must be day.
        ("2026-01-12 07:30:00", "2026-01-12 08:00:00"),
        ("2026-07-12 07:30:00", "2026-07-12 08:00:00"),
        ("2026-01-12 20:30:00", "2026-01-12 20:30:00"),
        ("2026-07-12 20:30:00", "2026-07-13 08:00:00"),
        # The morning on which its clocks go forward, and the one on which they go back.
        ("2026-03-08 20:30:00", "2026-03-09 08:00:00"),
        ("2026-11-01 20:30:00", "2026-11-01 20:30:00"),
    ],
)
def test_where_two_clocks_fit_both_must_say_day(in_phoenix: str, welcome_there: str) -> None:
    zone = ZoneInfo("America/Phoenix")
    now = datetime.fromisoformat(in_phoenix).replace(tzinfo=zone).astimezone(UTC)
    found = first_welcome_instant(now=now, names=("America/Phoenix", "America/Denver"))
    assert found.astimezone(zone).isoformat(sep=" ")[:19] == welcome_there


def test_a_person_of_unknown_zone_is_written_to_when_it_is_day_from_east_to_west() -> None:
    nine_in_new_york = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    eight_in_honolulu = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    nine_in_the_evening_in_puerto_rico = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

    assert first_welcome_instant(now=nine_in_new_york, names=()) == eight_in_honolulu
    assert first_welcome_instant(now=eight_in_honolulu, names=()) == eight_in_honolulu
    tomorrow = eight_in_honolulu + timedelta(days=1)
    assert first_welcome_instant(now=nine_in_the_evening_in_puerto_rico, names=()) == tomorrow


@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    names=st.sampled_from([*((name,) for name in ZONES), EL_PASO, ()]),
)
@example(now=datetime(2026, 11, 24, 3, 0, tzinfo=UTC), names=CHICAGO)
def test_the_welcome_instant_is_day_everywhere_and_less_than_a_day_away(now: datetime, names: tuple[str, ...]) -> None:
    welcome = first_welcome_instant(now=now, names=names)

    assert timedelta(0) <= welcome - now < timedelta(hours=24)
    for name in names or UNKNOWN:
        assert QUIET_UNTIL <= welcome.astimezone(ZoneInfo(name)).time() < QUIET_FROM
    assert first_welcome_instant(now=welcome, names=names) == welcome


FACTS = st.builds(
    Facts, kind=st.sampled_from(Kind), channel=st.sampled_from(Channel), has_address=st.booleans(),
    has_consent=st.booleans(), is_wanted=st.booleans(), is_locked=st.booleans(), is_stopped=st.booleans(),
    is_dead=st.booleans(), on_paper=st.booleans(), zones=st.sampled_from([CHICAGO, EL_PASO, ()]),
    flags=st.lists(st.sampled_from(sorted(FLAG_KINDS)), unique=True).map(tuple),
    days_before=st.none() | st.sampled_from([10, 7, 5, 3, 1]), days_wanted=st.sampled_from([(), (7, 1)]),
    spent=st.integers(0, 9), answers_text_at=st.none() | st.just(NIGHT),
)  # fmt: skip


@given(facts=FACTS, now=st.sampled_from([NOON, NIGHT, NIGHT + timedelta(hours=1)]))
def test_a_text_never_goes_without_leave_nor_at_night_and_a_decision_can_be_kept(facts: Facts, now: datetime) -> None:
    decision = may_send(facts, now=now)

    if decision.send and facts.channel is Channel.SMS and facts.kind is not Kind.CONFIRMATION:
        assert facts.has_consent
        assert not facts.is_stopped
    if decision.send and facts.channel is Channel.SMS and facts.kind not in GOES_AT_NIGHT:
        waits = decision.not_before or now
        assert first_welcome_instant(now=waits, names=facts.zones) == waits
    assert json.loads(json.dumps(facts.record()))["kind"] == facts.kind


def test_of_several_flags_each_stops_its_own() -> None:
    both = may_send(the_facts(channel=Channel.EMAIL, flags=("dispute", "bankruptcy")), now=NOON)
    assert both == no(Reason.ACCOUNT_FLAGGED)


def test_every_flag_that_accounts_knows_has_its_line() -> None:
    assert set(STOPPED_BY) == set(FLAG_KINDS) == set(GOING)
