"""What the service is given when it starts: vendors chosen by settings, their clients loaded only then."""

from typing import Any

from nameko.extensions import DependencyProvider

from chassis.keys import FieldCipher
from chassis.settings import Setting
from services.identity.contract.settings import PUBLIC_URL
from services.notifications.contract.hours import Hours, hours_of
from services.notifications.contract.settings import (
    BRAND_ADDRESS,
    BRAND_NAME,
    BRAND_PHONE,
    SUPPORT_CLOSED_ON,
    SUPPORT_HOURS,
)
from services.notifications.providers.channels import Mail, Text
from services.notifications.providers.reports import InboundTexts, MailReports, TextReports
from services.notifications.providers.wording import Brand, Wording

FIELDS_PURPOSE = "fields-notifications"

TWILIO_AUTH_TOKEN = Setting("TWILIO_AUTH_TOKEN", "text", "Token of the Twilio account", secret=True)
SENDGRID_WEBHOOK_PUBLIC_KEY = Setting(
    "SENDGRID_WEBHOOK_PUBLIC_KEY", "text",
    "The key that SendGrid's event webhook is verified with; two, separated by a comma, while one replaces the other",
)  # fmt: skip


class MailProvider(DependencyProvider):
    """Gives each worker the way mails go out."""

    needs = (
        Setting("SENDGRID_API_KEY", "text", "Key of the SendGrid account", secret=True),
        Setting("SENDGRID_BASE_URL", "url", "Where SendGrid is reached", "https://api.sendgrid.com"),
        Setting("MAIL_FROM", "text", "The address that mails come from"),
        BRAND_NAME,
    )

    def setup(self) -> None:
        from services.notifications.providers.sendgrid import SendGridMail

        settings = self.container.config["settings"]
        self._mail = SendGridMail(
            api_key=settings["SENDGRID_API_KEY"],
            base_url=settings["SENDGRID_BASE_URL"],
            from_email=settings["MAIL_FROM"],
            from_name=settings["BRAND_NAME"],
        )

    def get_dependency(self, worker_ctx: Any) -> Mail:  # noqa: ARG002 - nameko's signature
        return self._mail


class TextProvider(DependencyProvider):
    """Gives each worker the way texts go out."""

    needs = (
        Setting("TWILIO_ACCOUNT_SID", "text", "The Twilio account"),
        TWILIO_AUTH_TOKEN,
        Setting("TWILIO_BASE_URL", "url", "Where Twilio is reached", "https://api.twilio.com"),
        Setting("TWILIO_FROM", "text", "The number that texts come from"),
        PUBLIC_URL,
    )

    def setup(self) -> None:
        from services.notifications.providers.twilio import TwilioText

        settings = self.container.config["settings"]
        self._texts = TwilioText(
            account_sid=settings["TWILIO_ACCOUNT_SID"],
            auth_token=settings["TWILIO_AUTH_TOKEN"],
            base_url=settings["TWILIO_BASE_URL"],
            from_number=settings["TWILIO_FROM"],
            public_url=settings["PUBLIC_URL"],
        )

    def get_dependency(self, worker_ctx: Any) -> Text:  # noqa: ARG002 - nameko's signature
        return self._texts


class MailReportsProvider(DependencyProvider):
    """Gives each worker the reader of what the vendor of mails reports."""

    needs = (SENDGRID_WEBHOOK_PUBLIC_KEY,)

    def setup(self) -> None:
        from services.notifications.providers.sendgrid_reports import SendGridReports

        given = self.container.config["settings"][SENDGRID_WEBHOOK_PUBLIC_KEY.name]
        self._reports = SendGridReports(public_keys=[key.strip() for key in given.split(",") if key.strip()])

    def get_dependency(self, worker_ctx: Any) -> MailReports:  # noqa: ARG002 - nameko's signature
        return self._reports


class TextReportsProvider(DependencyProvider):
    """Gives each worker the reader of what the vendor of texts reports."""

    needs = (TWILIO_AUTH_TOKEN,)

    def setup(self) -> None:
        from services.notifications.providers.twilio_reports import TwilioReports

        self._reports = TwilioReports(auth_token=self.container.config["settings"][TWILIO_AUTH_TOKEN.name])

    def get_dependency(self, worker_ctx: Any) -> TextReports:  # noqa: ARG002 - nameko's signature
        return self._reports


class InboundTextsProvider(DependencyProvider):
    """Gives each worker the reader of what people text to us."""

    needs = (TWILIO_AUTH_TOKEN,)

    def setup(self) -> None:
        from services.notifications.providers.twilio_inbound import TwilioInbound

        self._texts = TwilioInbound(auth_token=self.container.config["settings"][TWILIO_AUTH_TOKEN.name])

    def get_dependency(self, worker_ctx: Any) -> InboundTexts:  # noqa: ARG002 - nameko's signature
        return self._texts


class BrandProvider(DependencyProvider):
    """Gives each worker the lender's name."""

    needs = (BRAND_NAME,)

    def setup(self) -> None:
        self._name: str = self.container.config["settings"][BRAND_NAME.name]

    def get_dependency(self, worker_ctx: Any) -> str:  # noqa: ARG002 - nameko's signature
        return self._name


class WordingProvider(DependencyProvider):
    """Gives each worker the words."""

    needs = (BRAND_NAME, BRAND_PHONE, BRAND_ADDRESS, PUBLIC_URL)

    def setup(self) -> None:
        settings = self.container.config["settings"]
        brand = Brand(
            name=settings["BRAND_NAME"], phone=settings["BRAND_PHONE"], address=settings["BRAND_ADDRESS"],
            portal_url=settings["PUBLIC_URL"].rstrip("/"),
        )  # fmt: skip
        self._wording = Wording(brand=brand)

    def get_dependency(self, worker_ctx: Any) -> Wording:  # noqa: ARG002 - nameko's signature
        return self._wording


class HoursProvider(DependencyProvider):
    """Gives each worker the hours of the desk."""

    needs = (SUPPORT_HOURS, SUPPORT_CLOSED_ON)

    def setup(self) -> None:
        settings = self.container.config["settings"]
        self._hours = hours_of(
            settings["SUPPORT_HOURS"], zone_name=settings["COMPANY_TIME_ZONE"], closed_on=settings["SUPPORT_CLOSED_ON"]
        )

    def get_dependency(self, worker_ctx: Any) -> Hours:  # noqa: ARG002 - nameko's signature
        return self._hours


class CipherProvider(DependencyProvider):
    """Gives each worker the cipher of this service's stored fields."""

    def setup(self) -> None:
        folder = self.container.config["settings"]["KEYS_DIR"]
        self._cipher = FieldCipher(folder=folder, purpose=FIELDS_PURPOSE)

    def get_dependency(self, worker_ctx: Any) -> FieldCipher:  # noqa: ARG002 - nameko's signature
        return self._cipher
