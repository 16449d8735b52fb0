"""A flag on an account stops what it must, when a message is queued and again when it is sent; answers always go."""

import pytest

from services.notifications.rules.alerts import OCCASIONS, Alert, Occasion
from services.notifications.rules.kinds import Kind
from tests.builders.notifications import a_contact
from tests.service.notifications.stage import Stage


@pytest.fixture
def demands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a confirmation a demand for money."""
    demand = Occasion(alert=Alert.PAYMENT_CONFIRMATION, kind=Kind.DEMAND)
    monkeypatch.setitem(OCCASIONS, "payment_received", demand)


STOPPED = {"email": ("suppressed", "account_flagged"), "sms": ("suppressed", "account_flagged")}
SENT = {"email": ("sent", "accepted"), "sms": ("sent", "accepted")}


@pytest.mark.parametrize("kind", ["bankruptcy", "deceased", "dispute", "cease_contact"])
@pytest.mark.usefixtures("demands")
def test_a_demand_is_kept_with_its_reason_and_not_sent(stage: Stage, kind: str) -> None:
    stage.put(a_contact())
    stage.flag(kind)
    stage.tell(stage.posted())
    assert stage.kept() == STOPPED
    assert stage.sandbox.listed("mails") == []


@pytest.mark.parametrize("kind", ["bankruptcy", "deceased", "dispute", "cease_contact", "servicemember"])
def test_an_answer_to_what_the_holder_did_goes(stage: Stage, kind: str) -> None:
    stage.put(a_contact())
    stage.flag(kind)
    stage.tell(stage.posted())
    assert stage.kept() == SENT


@pytest.mark.usefixtures("demands")
def test_what_was_queued_before_the_flag_is_stopped_when_it_is_sent(stage: Stage) -> None:
    stage.put(a_contact())
    stage.hear(stage.posted())
    stage.flag("bankruptcy")
    stage.send_all()
    assert stage.kept() == STOPPED
    assert stage.sandbox.listed("mails") == []


@pytest.mark.usefixtures("demands")
def test_a_flag_that_was_cleared_stops_nothing_even_where_it_is_told_in_the_wrong_order(stage: Stage) -> None:
    stage.put(a_contact())
    stage.flag("bankruptcy", sequence=8, stands=False)
    stage.flag("bankruptcy", sequence=7)
    stage.tell(stage.posted())
    assert stage.kept() == SENT


@pytest.mark.usefixtures("demands")
def test_of_two_flags_each_is_cleared_by_itself(stage: Stage) -> None:
    stage.put(a_contact())
    stage.flag("bankruptcy", sequence=7)
    stage.flag("dispute", sequence=8)
    stage.flag("bankruptcy", sequence=9, stands=False)
    stage.tell(stage.posted())
    assert stage.kept() == STOPPED
