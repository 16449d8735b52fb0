"""The gateway runs in one process with all services: what they declare must fit together."""

import pytest

from chassis.assembly import declared_settings, service_class
from chassis.settings import REQUIRED, read
from deploy.catalogue import SERVICES


def test_a_setting_has_one_meaning_in_the_whole_process(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = declared_settings(service_class(path) for path in SERVICES.values())
    for setting in declared:
        if setting.default is REQUIRED:
            monkeypatch.setenv(setting.name, "1")
    assert read(declared)["BRAND_PHONE"] == "1-855-885-7600"
