"""What the service is given when it starts: the processor that the settings name, loaded only then."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nameko.extensions import DependencyProvider

from chassis.keys import FieldCipher
from chassis.settings import Setting, Settings, SettingsInvalid
from chassis.store import Database
from services.payments.contract.originating import BANK_DEBITS, BANK_DEBITS_BY, BY_NACHA_FILE
from services.payments.contract.settings import PAYMENT_DAY, POLICY
from services.payments.providers.interface import Processor
from services.payments.providers.reports import ProcessorReports
from services.payments.rules.days import PaymentDayPolicy
from services.payments.rules.policy import Policy, policy_of

FIELDS_PURPOSE = "fields-payments"
SANDBOX, STRIPE = "sandbox", "stripe"
PROCESSORS = (SANDBOX, STRIPE)

PROCESSOR = Setting("PROCESSOR", "text", f"Who takes the money: {' or '.join(PROCESSORS)}", SANDBOX)


BASE_URL = Setting("PROCESSOR_BASE_URL", "url", "The card and ACH processor, or the sandbox that plays it")
API_KEY = Setting("PROCESSOR_API_KEY", "text", "The key with which the processor knows us", secret=True)
BANK_VERIFICATION = Setting(
    "STRIPE_BANK_VERIFICATION", "text",
    "How Stripe makes sure of a bank account: automatic, instant, microdeposits, or as agreed with it", "automatic",
)  # fmt: skip


class ProcessorProvider(DependencyProvider):
    """Gives each worker the processor that the settings name."""

    needs = (PROCESSOR, BASE_URL, API_KEY, BANK_VERIFICATION, BANK_DEBITS)

    def setup(self) -> None:
        config = self.container.config
        self._processor = with_bank_debits(processor_of(config["settings"]), config=config)

    def get_dependency(self, worker_ctx: Any) -> Processor:  # noqa: ARG002 - nameko's signature
        return self._processor


class ProcessorReportsProvider(DependencyProvider):
    """Gives each worker the reader of what the processor reports."""

    needs = (
        *ProcessorProvider.needs,
        Setting("PROCESSOR_WEBHOOK_SECRET", "text", "What the processor signs its webhooks with", secret=True),
    )

    def setup(self) -> None:
        self._reports = reports_of(self.container.config["settings"])

    def get_dependency(self, worker_ctx: Any) -> ProcessorReports:  # noqa: ARG002 - nameko's signature
        return self._reports


class PolicyProvider(DependencyProvider):
    """Gives each worker what the company decides about dates and methods."""

    needs = (*POLICY, BANK_DEBITS)

    def setup(self) -> None:
        settings = self.container.config["settings"]
        self._policy = policy_of(settings)
        if self._policy.methods.sends_prenotes and settings[BANK_DEBITS.name] != BY_NACHA_FILE:
            raise SettingsInvalid(f"PRENOTES needs BANK_DEBITS to be {BY_NACHA_FILE}: a processor sends none.")

    def get_dependency(self, worker_ctx: Any) -> Policy:  # noqa: ARG002 - nameko's signature
        return self._policy


class CipherProvider(DependencyProvider):
    """Gives each worker the cipher of bank account numbers."""

    def setup(self) -> None:
        self._cipher = FieldCipher(folder=self.container.config["settings"]["KEYS_DIR"], purpose=FIELDS_PURPOSE)

    def get_dependency(self, worker_ctx: Any) -> FieldCipher:  # noqa: ARG002 - nameko's signature
        return self._cipher


class PaymentDayProvider(DependencyProvider):
    """Gives each worker what the company decides about the days on which payments are booked."""

    needs = PAYMENT_DAY

    def setup(self) -> None:
        settings = self.container.config["settings"]
        self._policy = PaymentDayPolicy(
            zone=ZoneInfo(settings["COMPANY_TIME_ZONE"]),
            cut_off=time.fromisoformat(settings["PAYMENT_CUT_OFF"]),
            hold=timedelta(seconds=settings["PAYMENT_DAY_HOLD_SECONDS"]),
        )

    def get_dependency(self, worker_ctx: Any) -> PaymentDayPolicy:  # noqa: ARG002 - nameko's signature
        return self._policy


def with_bank_debits(processor: Processor, *, config: Mapping[str, Any]) -> Processor:
    """The processor itself, or one that puts bank debits into ACH files. Raises SettingsInvalid."""
    settings = config["settings"]
    by = settings[BANK_DEBITS.name]
    if by not in BANK_DEBITS_BY:
        raise SettingsInvalid(f"BANK_DEBITS is {by!r}; name one of: {', '.join(BANK_DEBITS_BY)}.")
    if by != BY_NACHA_FILE:
        return processor
    from services.payments.providers.nacha_file import NachaFileProcessor

    store: Database = config["open_database"]("payments", lambda: None)
    cipher = FieldCipher(folder=settings["KEYS_DIR"], purpose=FIELDS_PURPOSE)
    return NachaFileProcessor(cards=processor, store=store, cipher=cipher, clock=config["clock"])


def processor_of(settings: Settings) -> Processor:
    """The processor that the settings name. Raises SettingsInvalid where there is none of that name."""
    where = {"base_url": settings[BASE_URL.name], "api_key": settings[API_KEY.name]}
    match settings[PROCESSOR.name]:
        case "sandbox":
            from services.payments.providers.sandbox_processor import SandboxProcessor

            return SandboxProcessor(**where)
        case "stripe":
            from services.payments.providers.stripe_processor import StripeProcessor

            return StripeProcessor(**where, bank_verification=settings[BANK_VERIFICATION.name])
        case other:
            raise SettingsInvalid(f"PROCESSOR is {other!r}; name one of: {', '.join(PROCESSORS)}.")


def reports_of(settings: Settings) -> ProcessorReports:
    """The reader of that processor's webhook. Raises SettingsInvalid."""
    secret = settings["PROCESSOR_WEBHOOK_SECRET"]
    if settings[PROCESSOR.name] == SANDBOX:
        from services.payments.providers.sandbox_reports import SandboxReports

        return SandboxReports(secret=secret)
    from services.payments.providers.stripe_processor import StripeProcessor
    from services.payments.providers.stripe_reports import StripeReports

    processor = processor_of(settings)
    assert isinstance(processor, StripeProcessor), "there are no other processors"
    return StripeReports(secret=secret, find_key=lambda reference: processor.find_key(reference=reference))
