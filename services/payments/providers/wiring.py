"""What the service is given when it starts: the processor that the settings name, loaded only then."""

from typing import Any

from nameko.extensions import DependencyProvider

from chassis.keys import FieldCipher
from chassis.settings import Setting, SettingsInvalid
from services.payments.providers.interface import Processor
from services.payments.providers.reports import ProcessorReports

FIELDS_PURPOSE = "fields-payments"
SANDBOX = "sandbox"
PROCESSORS = (SANDBOX,)

PROCESSOR = Setting("PROCESSOR", "text", f"Who takes the money: {' or '.join(PROCESSORS)}", SANDBOX)


class ProcessorProvider(DependencyProvider):
    """Gives each worker the processor that the settings name."""

    needs = (
        PROCESSOR,
        Setting("PROCESSOR_BASE_URL", "url", "The card and ACH processor, or the sandbox that plays it"),
        Setting("PROCESSOR_API_KEY", "text", "The key with which the processor knows us", secret=True),
    )

    def setup(self) -> None:
        settings = self.container.config["settings"]
        require_known(settings[PROCESSOR.name])
        self._processor = _processor(
            settings[PROCESSOR.name], base_url=settings["PROCESSOR_BASE_URL"], api_key=settings["PROCESSOR_API_KEY"]
        )

    def get_dependency(self, worker_ctx: Any) -> Processor:  # noqa: ARG002 - nameko's signature
        return self._processor


class ProcessorReportsProvider(DependencyProvider):
    """Gives each worker the reader of what the processor reports."""

    needs = (
        PROCESSOR,
        Setting("PROCESSOR_WEBHOOK_SECRET", "text", "What the processor signs its webhooks with", secret=True),
    )

    def setup(self) -> None:
        settings = self.container.config["settings"]
        require_known(settings[PROCESSOR.name])
        self._reports = _reports(settings[PROCESSOR.name], secret=settings["PROCESSOR_WEBHOOK_SECRET"])

    def get_dependency(self, worker_ctx: Any) -> ProcessorReports:  # noqa: ARG002 - nameko's signature
        return self._reports


class CipherProvider(DependencyProvider):
    """Gives each worker the cipher of bank account numbers."""

    def setup(self) -> None:
        self._cipher = FieldCipher(folder=self.container.config["settings"]["KEYS_DIR"], purpose=FIELDS_PURPOSE)

    def get_dependency(self, worker_ctx: Any) -> FieldCipher:  # noqa: ARG002 - nameko's signature
        return self._cipher


def require_known(processor: str) -> None:
    """Raises SettingsInvalid for a processor that there is none of."""
    if processor not in PROCESSORS:
        raise SettingsInvalid(f"PROCESSOR is {processor!r}; name one of: {', '.join(PROCESSORS)}.")


def _processor(name: str, *, base_url: str, api_key: str) -> Processor:  # noqa: ARG001 - the second one follows
    from services.payments.providers.sandbox_processor import SandboxProcessor

    return SandboxProcessor(base_url=base_url, api_key=api_key)


def _reports(name: str, *, secret: str) -> ProcessorReports:  # noqa: ARG001 - the second one follows
    from services.payments.providers.sandbox_reports import SandboxReports

    return SandboxReports(secret=secret)
