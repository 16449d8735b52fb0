"""Every decision about a message can be read, and what did not change is kept once."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.rules import decided
from services.notifications.rules.deciding import Facts, may_send
from services.notifications.rules.kinds import Channel, Kind

NOON = datetime(2026, 11, 27, 18, tzinfo=UTC)
consents = st.lists(st.booleans(), min_size=1, max_size=8)


def record(*, has_consent: bool, minutes: int) -> decided.Record:
    now = NOON + timedelta(minutes=minutes)
    facts = Facts(kind=Kind.ROUTINE, channel=Channel.SMS, has_address=True, has_consent=has_consent)
    return decided.record_of(may_send(facts, now=now), facts=facts, now=now)


@given(said=consents)
def test_each_is_shown_as_it_was_made(said: list[bool]) -> None:
    made = [record(has_consent=consent, minutes=minutes) for minutes, consent in enumerate(said)]
    kept: list[decided.Record] = []
    for one in made:
        kept = decided.with_one_more(kept, one)
    assert decided.every_one(kept) == [
        {**one, "decided_at": NOON + timedelta(minutes=minutes)} for minutes, one in enumerate(made)
    ]


@given(said=consents)
def test_only_what_changes_is_kept_anew(said: list[bool]) -> None:
    kept: list[decided.Record] = []
    for minutes, consent in enumerate(said):
        kept = decided.with_one_more(kept, record(has_consent=consent, minutes=minutes))
    changes = sum(1 for before, after in pairwise(said) if before != after)
    assert len(kept) == 1 + changes
