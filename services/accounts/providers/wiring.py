"""What the service is given when it starts: the company's policy, its addresses and words, its printer, its keys."""

from datetime import timedelta
from typing import Any

from nameko.extensions import DependencyProvider

from chassis.keys import FieldCipher, SecretKey
from services.accounts.contract import settings
from services.accounts.providers.paper import Paper, read_disclosures
from services.accounts.providers.printing import Printer
from services.accounts.rules.addresses import PaymentAddress, configured_addresses
from services.accounts.rules.payoff import PayoffPolicy
from services.notifications.contract.settings import BRAND_NAME, BRAND_PHONE

PURPOSE = "fields-accounts"
PAPERLESS_PURPOSE = "paperless"


class PartyCipher(DependencyProvider):
    """Gives each worker what opens and seals the fields of persons."""

    def setup(self) -> None:
        self._cipher = FieldCipher(folder=self.container.config["settings"]["KEYS_DIR"], purpose=PURPOSE)

    def get_dependency(self, worker_ctx: Any) -> FieldCipher:  # noqa: ARG002 - nameko's signature
        return self._cipher


class PolicyProvider(DependencyProvider):
    """Gives each worker what the company decides about payoffs."""

    needs = settings.POLICY

    def setup(self) -> None:
        read = self.container.config["settings"]
        self._policy = PayoffPolicy(
            days_ahead_max=read["PAYOFF_QUOTE_DAYS_MAX"],
            drift_cents_max=read["PAYOFF_DRIFT_CENTS_MAX"],
            refunds_small_credit=read["REFUND_CREDIT_UP_TO_ONE_DOLLAR"],
        )

    def get_dependency(self, worker_ctx: Any) -> PayoffPolicy:  # noqa: ARG002 - nameko's signature
        return self._policy


class DayWait(DependencyProvider):
    """Gives each worker how long a business day waits for payments."""

    needs = settings.BUSINESS_DAY

    def get_dependency(self, worker_ctx: Any) -> timedelta:  # noqa: ARG002 - nameko's signature
        return timedelta(seconds=self.container.config["settings"]["BUSINESS_DAY_WAIT_SECONDS"])


class AddressBook(DependencyProvider):
    """Gives each worker the postal addresses that are configured."""

    needs = settings.ADDRESSES

    def setup(self) -> None:
        self._addresses = configured_addresses(self.container.config["settings"])

    def get_dependency(self, worker_ctx: Any) -> tuple[PaymentAddress, ...]:  # noqa: ARG002 - nameko's signature
        return self._addresses


class PaperProvider(DependencyProvider):
    """Gives each worker what statements are made with: letterhead, disclosures, printer, the secret of codes."""

    needs = (*settings.ADDRESSES, settings.PAPERLESS_VERSIONS, BRAND_NAME, BRAND_PHONE)

    def setup(self) -> None:
        read = self.container.config["settings"]
        secret = SecretKey(folder=read["KEYS_DIR"], purpose=PAPERLESS_PURPOSE)
        self._paper = Paper(
            name=read[BRAND_NAME.name],
            phone=read[BRAND_PHONE.name],
            addresses=configured_addresses(read),
            disclosures=read_disclosures(
                versions=read[settings.PAPERLESS_VERSIONS.name],
                name=read[BRAND_NAME.name],
                phone=read[BRAND_PHONE.name],
            ),
            secret=secret.newest,
            printer=Printer(),
        )

    def get_dependency(self, worker_ctx: Any) -> Paper:  # noqa: ARG002 - nameko's signature
        return self._paper
