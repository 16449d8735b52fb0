"""Two gateways as they run in production, over one database: each delivery is called for once, over TLS."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.builders.certificates import Authority
from tests.builders.partners import a_partner
from tests.fixtures.ports import free_port
from tests.fixtures.processes import HostedProcess, eventually, is_ready
from tests.service.gateway.webhooks import Stage

EVENTS_AT_A_TIME = 5


@contextmanager
def a_gateway_process(*, database_url: str, keys_folder: Path, trusted: str) -> Iterator[HostedProcess]:
    ops_port = free_port()
    environment = {
        "GATEWAY_DATABASE_URL": database_url, "KEYS_DIR": str(keys_folder), "BUS_URL": "embedded://",
        "HTTP_PORT": str(free_port()), "OPS_PORT": str(ops_port), "WEBHOOK_LOOPBACK_ALLOWED": "true",
        "WEBHOOK_CA_FILE": trusted,
    }  # fmt: skip
    process = HostedProcess(["chassis.host", "gateway.service:GatewayService"], environment=environment)
    try:
        eventually(is_ready(ops_port), seconds=40, describe=process.output)
        yield process
    finally:
        process.stop(within_seconds=15)


def test_each_delivery_is_made_once(
    partners_stage: Stage, migrated: Callable[[str], str], keys_folder: Path, tmp_path: Path
) -> None:
    authority = Authority(folder=tmp_path)
    start = partial(
        a_gateway_process, database_url=migrated("gateway"), keys_folder=keys_folder, trusted=authority.file
    )
    with (
        a_partner(tls=authority.serving("localhost")) as partner,
        start() as first,
        start() as second,
    ):
        partner.url = partner.url.replace("127.0.0.1", "localhost")
        webhook = partners_stage.registers(partner)
        told: list[str] = []

        def describe() -> str:
            return first.output() + second.output()

        def all_arrived() -> bool:
            return {row["state"] for row in partners_stage.deliveries(webhook)} == {"delivered"}

        def both_have_called() -> bool:
            # Who has begun with a partner goes on with it, so the other one gets its turn when all is done.
            told.extend(str(event.id) for event in partners_stage.happens(EVENTS_AT_A_TIME))
            eventually(all_arrived, seconds=30, describe=describe)
            return min(_calls(first), _calls(second)) > 0

        eventually(both_have_called, seconds=60, describe=describe)
        calls = _calls(first) + _calls(second)
        arrived = Counter(partner.ids)
        verified = [arrival.verified_with(webhook["secret"]) for arrival in partner.arrivals[:5]]
    assert arrived == Counter(told)
    assert calls == len(told)
    assert None not in verified


def _calls(process: HostedProcess) -> int:
    return process.output().count('"partner called"')


pytestmark = pytest.mark.slow
