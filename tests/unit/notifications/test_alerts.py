"""The table of alerts: each has its offer and its templates, and what the law wants said cannot be turned off."""

import pytest

from services.notifications.contract.choices import ALERTS
from services.notifications.rules.alerts import DUE_SOON_DAYS, DUE_SOON_DAYS_BY_DEFAULT, OCCASIONS, OFFERS, Alert
from services.notifications.rules.kinds import Channel, Kind


@pytest.mark.parametrize("alert", Alert)
def test_each_alert_is_offered_and_has_words(alert: Alert) -> None:
    assert alert in OFFERS
    assert any(occasion.alert is alert for occasion in OCCASIONS.values())


def test_people_may_choose_of_every_alert_that_there_is() -> None:
    assert list(ALERTS) == [str(alert) for alert in Alert]


def test_what_must_be_said_goes_by_a_locked_mail() -> None:
    must = {occasion.alert for occasion in OCCASIONS.values() if occasion.kind in (Kind.SECURITY, Kind.NOTICE)} - {None}
    locked_on = {alert for alert, offer in OFFERS.items() if Channel.EMAIL in offer.locked & offer.by_default}
    assert must == locked_on == {Alert.AUTOPAY_DRAFT, Alert.LEASE_DISCLOSURES, Alert.SECURITY}


def test_people_who_chose_nothing_hear_of_due_dates_on_days_that_are_told() -> None:
    assert set(DUE_SOON_DAYS) > set(DUE_SOON_DAYS_BY_DEFAULT)
