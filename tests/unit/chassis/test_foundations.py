"""Ids, traces, settings, keys, envelopes and failpoints keep their small promises."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import fields

from chassis import tracing
from chassis.errors import Impossible, InvalidRequest, NotFound, refusal_from_data
from chassis.events import Envelope, Event, parse
from chassis.failpoints import DECLARED, KILLED_EXIT_CODE
from chassis.ids import lowest_id, made_at, new_id, new_ids
from chassis.keys import FieldCipher, add_secret_key
from chassis.schemas import Cents, Instant, Strict, Text, dump, load
from chassis.settings import Setting, Settings, SettingsInvalid, read

NOW = datetime(2026, 11, 23, 15, 30, 0, 123000, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


class Paid(Strict):
    amount_cents = Cents(required=True, minimum=1)
    note = Text(longest=5)
    at = Instant()


paid = Event("payments", "paid", 1, Paid)


def an_envelope(**changed: object) -> Envelope:
    identifier = new_id(at=NOW)
    values: dict[str, object] = {
        "id": identifier, "source": "payments", "type": paid.type, "subject": "a1", "time": NOW, "sequence": 3,
        "data": {"amount_cents": 5}, "dataschema": paid.dataschema, "traceparent": tracing.new(),
        "causation_id": None, "root_id": identifier,
    }  # fmt: skip
    return Envelope(**{**values, **changed})  # type: ignore[arg-type]


class TestIds:
    @given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
    def test_carry_their_instant_and_are_version_seven(self, at: datetime) -> None:
        identifier = new_id(at=at)
        assert (identifier.version, identifier.variant) == (7, "specified in RFC 4122")
        assert abs(made_at(identifier) - at) < timedelta(milliseconds=2)
        assert lowest_id(at=at) <= identifier < lowest_id(at=at + timedelta(milliseconds=2))

    def test_do_not_repeat(self) -> None:
        assert len({new_id(at=NOW) for _ in range(10_000)}) == 10_000

    def test_ids_made_together_are_like_those_made_one_by_one(self) -> None:
        together = new_ids(at=NOW, count=10_000)
        assert len(set(together)) == 10_000
        assert {(each.version, each.variant, made_at(each)) for each in together} == {(7, "specified in RFC 4122", NOW)}
        every_bit = 0
        for each in together:
            every_bit |= each.int
        assert every_bit & ((1 << 62) - 1) == (1 << 62) - 1
        assert new_ids(at=NOW, count=0) == []


class TestEvents:
    def test_survive_the_wire(self) -> None:
        envelope = an_envelope(causation_id=new_id(at=NOW))
        assert parse(envelope.to_json()) == envelope
        assert parse(envelope.to_json().encode()) == envelope

    def test_are_cloudevents_to_the_official_library(self) -> None:
        read_back = JSONFormat().read(CloudEvent, an_envelope(causation_id=new_id(at=NOW)).to_json())
        assert (read_back.get_type(), read_back.get_subject()) == ("captive.payments.paid.v1", "a1")
        assert read_back.get_extension("sequence") == 3

    def test_refuse_to_leave_with_data_that_breaks_the_contract(self) -> None:
        with pytest.raises(ValueError, match="breaks its contract"):
            paid.dump({"amount_cents": 0})

    def test_take_fields_added_later_but_no_other_version(self) -> None:
        assert paid.load(an_envelope(data={"amount_cents": 5, "new": 1})) == {"amount_cents": 5}
        changes: tuple[dict[str, object], ...] = (
            {"type": "captive.payments.paid.v2"}, {"data": {"amount_cents": "5"}}, {"data": {}},
        )  # fmt: skip
        for broken in changes:
            with pytest.raises(Impossible):
                paid.load(an_envelope(**broken))

    @given(st.text() | st.binary())
    def test_parsing_rubbish_is_impossible_and_nothing_else(self, body: str | bytes) -> None:
        with pytest.raises(Impossible):
            parse(body)


class TestSchemas:
    @pytest.mark.parametrize("amount", [1.0, "5", True, None, 0, -1, 10**15, 1e300])
    def test_money_is_a_whole_number_in_range(self, amount: object) -> None:
        with pytest.raises(InvalidRequest) as refused:
            load(Paid, {"amount_cents": amount})
        assert [error.pointer for error in refused.value.errors] == ["/amount_cents"]

    def test_all_wrong_fields_are_named_at_once(self) -> None:
        with pytest.raises(InvalidRequest) as refused:
            load(Paid, {"note": "too long", "extra": 1})
        assert {(error.pointer, error.code) for error in refused.value.errors} == {
            ("/amount_cents", "required"), ("/note", "out_of_range"), ("/extra", "unknown_field"),
        }  # fmt: skip

    def test_instants_of_any_offset_are_taken_as_utc(self) -> None:
        read = load(Paid, {"amount_cents": 1, "at": "2026-11-23T23:30:00+23:59"})["at"]
        assert (read.isoformat(), read.tzinfo) == ("2026-11-22T23:31:00+00:00", UTC)

    @pytest.mark.parametrize("text", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "yesterday"])
    def test_an_instant_beyond_the_calendar_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidRequest) as refused:
            load(Paid, {"amount_cents": 1, "at": text})
        assert [error.pointer for error in refused.value.errors] == ["/at"]

    @pytest.mark.parametrize("text", ["a\nb", "a\r", "\x00", "\x1b[0m", "\x7f"])
    def test_text_smuggles_no_control_character(self, text: str) -> None:
        with pytest.raises(InvalidRequest):
            load(Paid, {"amount_cents": 1, "note": text})

    @pytest.mark.parametrize("body", [None, [], "x", 3])
    def test_a_body_that_is_no_object_is_refused(self, body: object) -> None:
        with pytest.raises(InvalidRequest):
            load(Paid, body)

    def test_instants_leave_in_utc(self) -> None:
        assert dump(Paid, {"at": NOW}) == {"at": "2026-11-23T15:30:00.123Z"}


class TestTraces:
    def test_children_stay_in_the_trace(self) -> None:
        parent = tracing.new()
        child = tracing.child(parent)
        assert tracing.trace_id(child) == tracing.trace_id(parent)
        assert child != parent
        with tracing.within(child):
            assert tracing.current() == child

    @pytest.mark.parametrize("rubbish", [None, "", "00-x-y-01", "00-" + "0" * 32 + "-" + "1" * 16 + "-01", "x" * 55])
    def test_a_malformed_parent_begins_a_new_trace(self, rubbish: str | None) -> None:
        assert tracing.trace_id(tracing.child(rubbish)) != "0" * 32


class TestSettings:
    DECLARED = (
        Setting("CANARY_PORT", "number", "A port"),
        Setting("CANARY_URL", "url", "A URL", secret=True),
        Setting("CANARY_WAIT", "seconds", "A wait", 1.5),
    )

    def test_name_every_error_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CANARY_PORT", "eight")
        with pytest.raises(SettingsInvalid) as wrong:
            read(self.DECLARED)
        assert {line.partition(":")[0] for line in str(wrong.value).splitlines()} == {"CANARY_PORT", "CANARY_URL"}

    def test_show_no_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CANARY_PORT", "8")
        monkeypatch.setenv("CANARY_URL", "postgresql://u:p4ss@h/d")
        shown = read(self.DECLARED).redacted()
        assert shown == {"CANARY_PORT": "8", "CANARY_URL": "[secret]", "CANARY_WAIT": "1.5"}
        assert "p4ss" not in str(Settings({"BUS_URL": "amqp://u:p4ss@h/v"}).redacted())


class TestFieldCipher:
    def test_opens_only_for_its_owner_and_after_a_rotation(self, tmp_path: Path) -> None:
        add_secret_key(folder=tmp_path, purpose="fields-x")
        stored = FieldCipher(folder=tmp_path, purpose="fields-x").encrypt("000123456789", bound_to="row 1")
        add_secret_key(folder=tmp_path, purpose="fields-x")
        rotated = FieldCipher(folder=tmp_path, purpose="fields-x")
        assert rotated.decrypt(stored, bound_to="row 1") == "000123456789"
        assert "000123456789" not in stored
        with pytest.raises(InvalidTag):
            rotated.decrypt(stored, bound_to="row 2")

    def test_key_files_are_for_their_owner_alone(self, tmp_path: Path) -> None:
        add_secret_key(folder=tmp_path, purpose="fields-x")
        (path,) = (tmp_path / "fields-x").iterdir()
        assert path.stat().st_mode & 0o777 == 0o600


class TestFailpoints:
    @pytest.mark.parametrize(("armed", "hits", "code"), [
        ("outbox.claimed", 1, KILLED_EXIT_CODE), ("outbox.claimed@2", 1, 0), ("outbox.claimed@2", 2, KILLED_EXIT_CODE),
        ("outbox.marked", 3, 0), ("", 3, 0),
    ])  # fmt: skip
    def test_kill_at_the_armed_hit_and_nowhere_else(self, armed: str, hits: int, code: int) -> None:
        program = f"from chassis.failpoints import failpoint\nfor _ in range({hits}): failpoint('outbox.claimed')"
        environment = {**os.environ, "CAPTIVE_FAILPOINTS": armed}
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=False)
        assert done.returncode == code

    def test_every_declared_point_stands_in_the_code_and_no_other(self) -> None:
        import re

        found = {
            name
            for folder in ("chassis", "services", "gateway")
            for path in (ROOT / folder).rglob("*.py")
            for name in re.findall(r'failpoint\("([a-z_.]+)"\)', path.read_text())
        }
        assert found == DECLARED


def test_a_refusal_survives_the_wire_with_its_class() -> None:
    travelled = json.loads(json.dumps(NotFound("No such lease.").as_data()))
    back = refusal_from_data(travelled)
    assert (back.is_kept, back.is_replayed) == (False, False)
    kept = {**travelled, "is_kept": True, "is_replayed": True}
    assert refusal_from_data(kept).as_data() == kept
    assert (type(back), back.detail, back.code) == (NotFound, "No such lease.", "not_found")
    foreign = refusal_from_data({**travelled, "code": "never_heard_of", "kind": "conflict"})
    assert (foreign.code, foreign.kind, foreign.as_data()["title"]) == ("never_heard_of", "conflict", "Not found")


@pytest.mark.parametrize("text", ["\ud800", "a\x00b"])
def test_text_that_no_database_holds_is_refused_everywhere(text: str) -> None:
    class Free(Strict):
        words = fields.String()

    for body in ({"words": text}, {text: "x"}, {"words": [text]}):
        with pytest.raises(InvalidRequest):
            load(Free, body)
    assert load(Free, {"words": "a\\u0000b"}) == {"words": "a\\u0000b"}, "only the character itself is meant"
