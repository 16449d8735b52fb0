"""One message of each cause, person, channel and template."""

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.rules import causes
from services.notifications.rules.alerts import OCCASIONS
from services.notifications.rules.kinds import Channel

Parts = tuple[str, str, Channel, str]

ids = st.uuids().map(str)
parts_of_keys = st.tuples(ids, ids, st.sampled_from(Channel), st.sampled_from(sorted(OCCASIONS)))


def key(parts: Parts) -> str:
    cause, addressee, channel, template = parts
    return causes.source_key(cause=cause, addressee=addressee, channel=channel, template=template)


@given(one=parts_of_keys, other=parts_of_keys)
def test_what_differs_in_anything_is_told_apart(one: Parts, other: Parts) -> None:
    mixed: list[Parts] = [
        one, (other[0], *one[1:]), (one[0], other[1], *one[2:]), (*one[:2], other[2], one[3]), (*one[:3], other[3]),
    ]  # fmt: skip
    assert len({key(parts) for parts in mixed}) == len(set(mixed))
