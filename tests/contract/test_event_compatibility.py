"""Within a version an event keeps what was promised of it; each way to break the promise is seen by the check."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from gateway.contracts import promises
from gateway.contracts.compatibility import broken_listeners

POSTED, APPLIED = "payments.payment_posted.v1", "accounts.payment_applied.v1"
ELIGIBILITY, SUBMITTED = "leases.lease_eligibility_changed.v1", "payments.payment_submitted.v1"

Events = dict[str, Any]
Change = Callable[[Events], Any]


@pytest.fixture
def now() -> Events:
    return promises.bare_events()


def properties(events: Events, key: str) -> dict[str, Any]:
    found: dict[str, Any] = events[key]["schema"]["properties"]
    return found


def _set(key: str, field: str, **changed: Any) -> Change:
    return lambda events: properties(events, key)[field].update(changed)


def _without(key: str, field: str, word: str) -> Change:
    return lambda events: properties(events, key)[field].pop(word)


def _remove(key: str, field: str) -> Change:
    return lambda events: _drop(events[key]["schema"], field)


def _drop(shape: dict[str, Any], field: str) -> None:
    shape["properties"].pop(field)
    shape["required"] = [name for name in shape["required"] if name != field]


def _both(first: Change, second: Change) -> Change:
    return lambda events: (first(events), second(events))


def _add(key: str, field: str, *, required: bool) -> Change:
    def change(events: Events) -> None:
        properties(events, key)[field] = {"type": "string"}
        if required:
            events[key]["schema"]["required"].append(field)

    return change


def _within(key: str, shape: str, change: Callable[[dict[str, Any]], Any]) -> Change:
    return lambda events: change(events[key]["schema"]["$defs"][shape])


STANDING = "accounts.Standing"
BREAKING: dict[str, tuple[Change, str]] = {
    "a promised event goes": (lambda events: events.pop(POSTED), f"{POSTED} is gone"),
    "it travels on another exchange": (
        lambda events: events[POSTED].update(exchange="money.events"), f"{POSTED} has left its exchange",
    ),
    "it travels by another key": (
        lambda events: events[POSTED].update(routing_key="posted"), f"{POSTED} has left its routing_key",
    ),
    "it is ours only from now on": (
        lambda events: events[POSTED].update(promised=False), f"{POSTED} is no longer promised",
    ),
    "a field goes": (_remove(POSTED, "method_last4"), f"{POSTED}/method_last4 is gone"),
    "a field gets another name": (
        _both(_remove(POSTED, "extra"), _add(POSTED, "extra_mode", required=False)),
        f"{POSTED}/extra is gone",
    ),
    "a field is of another type": (
        _set(POSTED, "presentment_number", type="string"), f"{POSTED}/presentment_number no longer takes integer",
    ),
    "a field may be null": (
        _set(POSTED, "payment_id", type=["string", "null"]), f"{POSTED}/payment_id may now be null",
    ),
    "a field is never null any more": (
        _set(POSTED, "extra", type="string", enum=["principal", "paid_ahead"]), f"{POSTED}/extra no longer takes null",
    ),
    "a date becomes any text": (
        _without(POSTED, "effective_on", "format"), f"{POSTED}/effective_on may now be what is not of the format date",
    ),
    "a set of values grows": (
        _set(POSTED, "method_type", enum=["bank_account", "card", "cash"]), f"{POSTED}/method_type may now be cash",
    ),
    "a set of values shrinks": (
        _set(POSTED, "method_type", enum=["card"]), f"{POSTED}/method_type no longer takes bank_account",
    ),
    "a bound is lowered": (
        _set(POSTED, "amount_cents", minimum=0), f"{POSTED}/amount_cents may now be what is outside minimum 1",
    ),
    "a bound is raised": (
        _set(POSTED, "amount_cents", minimum=100), f"{POSTED}/amount_cents no longer takes what is outside minimum 100",
    ),
    "a field that must be there comes": (
        _add(POSTED, "note", required=True), f"{POSTED}/note is newly required",
    ),
    "a required field becomes optional": (
        lambda events: events[POSTED]["schema"]["required"].remove("amount_cents"),
        f"{POSTED}/amount_cents is no longer always there",
    ),
    "a field of an inner shape goes": (
        _within(APPLIED, STANDING, lambda shape: _drop(shape, "status")),
        f"{APPLIED}/standing/status is gone",
    ),
    "a field of an inner shape is of another type": (
        _within(APPLIED, STANDING, lambda shape: shape["properties"]["days_past_due"].update(type="string")),
        f"{APPLIED}/standing/days_past_due no longer takes integer",
    ),
    "a field of the shapes in a list by name goes": (
        _within(ELIGIBILITY, "leases.Reason", lambda shape: shape["properties"].pop("code")),
        f"{ELIGIBILITY}/reasons/*[]/code is gone",
    ),
    "an event of ours changes its fields while it is told": (
        _remove(SUBMITTED, "method_type"), f"{SUBMITTED}/method_type is gone",
    ),
}  # fmt: skip
HARMLESS: dict[str, Change] = {
    "an optional field comes": _add(POSTED, "note", required=False),
    "an optional field of an inner shape comes": _within(
        APPLIED, STANDING, lambda shape: shape["properties"].update(note={"type": "string"})
    ),
    "a new version stands beside the old one": lambda events: events.update(
        {"payments.payment_posted.v2": {**deepcopy(events[POSTED]), "schema": {"type": "object", "properties": {}}}}
    ),
    "an event of ours only goes": lambda events: events.pop(SUBMITTED),
    "an event of ours is promised to others": lambda events: events[SUBMITTED].update(promised=True),
    "words change": _set(POSTED, "amount_cents", description="what was charged"),
}


def test_nothing_that_was_promised_is_broken(now: Events) -> None:
    assert promises.broken_events(promises.promised(promises.EVENTS), now) == []


@pytest.mark.parametrize("case", BREAKING)
def test_the_check_sees(case: str, now: Events) -> None:
    change, sentence = BREAKING[case]
    changed = deepcopy(now)
    change(changed)
    assert sentence in promises.broken_events(now, changed)


@pytest.mark.parametrize("case", HARMLESS)
def test_the_check_lets_pass(case: str, now: Events) -> None:
    changed = deepcopy(now)
    HARMLESS[case](changed)
    assert changed != now
    assert promises.broken_events(now, changed) == []


@pytest.mark.parametrize("key", list(promises.bare_events()))
def test_no_field_of_any_event_can_go_unseen(key: str, now: Events) -> None:
    for field in properties(now, key):
        changed = deepcopy(now)
        _remove(key, field)(changed)
        assert promises.broken_events(now, changed) == [f"{key}/{field} is gone"]
        retyped = deepcopy(now)
        properties(retyped, key)[field] = {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}
        assert any(field in sentence for sentence in promises.broken_events(now, retyped))


def test_a_new_field_with_the_name_of_an_old_one_in_an_inner_shape_is_another_field() -> None:
    inner = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    old = {"type": "object", "properties": {"id": {"type": "string"}, "part": inner}, "required": ["id", "part"]}
    new = deepcopy(old)
    new["properties"]["part"]["properties"].clear()  # type: ignore[index]
    new["properties"]["part"]["required"] = []  # type: ignore[index]
    assert broken_listeners(old, new, at="event") == ["event/part/id is gone"]


def test_a_promise_that_would_break_the_old_one_is_refused_and_nothing_is_written(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    old = promises.promised(promises.EVENTS)
    old[POSTED]["schema"]["properties"]["gone_by_now"] = {"type": "string"}
    for file, shapes in (("EVENTS", old), ("OPENAPI", promises.promised(promises.OPENAPI))):
        monkeypatch.setattr(promises, file, tmp_path / f"{file.lower()}.json")
        (tmp_path / f"{file.lower()}.json").write_text(json.dumps(shapes))
    monkeypatch.setattr(promises, "FOLDER", tmp_path)
    monkeypatch.setattr("sys.argv", ["promises"])
    assert promises.main() == 1
    assert f"breaks: {POSTED}/gone_by_now is gone" in capsys.readouterr().out
    assert json.loads((tmp_path / "events.json").read_text()) == old
    monkeypatch.setattr("sys.argv", ["promises", "--break"])
    assert promises.main() == 0
    assert json.loads((tmp_path / "events.json").read_text()) == promises.bare_events()
