"""What the gateway's door is given for webhooks: one dispatcher for the process."""

from typing import Any

import certifi
from nameko.extensions import DependencyProvider

from chassis.home import Home
from chassis.settings import Settings
from gateway.settings import WEBHOOK_CA_FILE
from gateway.webhooks.addresses import policy_of
from gateway.webhooks.calling import PartnerCalls
from gateway.webhooks.dispatching import Dispatcher
from gateway.webhooks.signing import Secrets


class DispatcherProvider(DependencyProvider):
    """Makes the dispatcher when it is first asked for, and lets its calls end when the gateway stops."""

    home = Home()

    def __init__(self) -> None:
        self._dispatcher: Dispatcher | None = None

    def stop(self) -> None:
        if self._dispatcher is not None:
            self._dispatcher.close()

    def get_dependency(self, worker_ctx: Any) -> Dispatcher:  # noqa: ARG002 - nameko's signature
        if self._dispatcher is None:
            config = self.container.config
            self._dispatcher = Dispatcher(
                store=self.home.database,
                clock=config["clock"],
                calls=partner_calls(config["settings"]),
                secrets=Secrets(folder=config["settings"]["KEYS_DIR"]),
            )
        return self._dispatcher


def partner_calls(settings: Settings) -> PartnerCalls:
    """As the settings say."""
    trusted = settings[WEBHOOK_CA_FILE.name] or certifi.where()
    return PartnerCalls(policy=policy_of(settings), certificates=trusted)
