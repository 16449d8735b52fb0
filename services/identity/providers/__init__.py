"""What identity's verbs are given: passwords, the keyring and the company's policy, made once from the settings."""

from typing import Any

from nameko.extensions import DependencyProvider

from chassis.settings import Setting
from services.identity.contract.settings import PUBLIC_URL, TERMS_VERSION
from services.identity.providers.keyring import Keyring
from services.identity.providers.one_time_codes import OneTimeCodes
from services.identity.providers.passkeys import PasskeyRefused, Passkeys
from services.identity.providers.passwords import Passwords
from services.identity.providers.policy import Policy

__all__ = [
    "Keyring",
    "KeyringProvider",
    "OneTimeCodes",
    "OneTimeCodesProvider",
    "PasskeyRefused",
    "Passkeys",
    "PasskeysProvider",
    "Passwords",
    "PasswordsProvider",
    "Policy",
    "PolicyProvider",
]


# Notifications declares it too: one value for the house, so name, meaning and default must stay the same.
BRAND_NAME = Setting("BRAND_NAME", "text", "The lender's name in every message", "Kia Finance America")


class PasswordsProvider(DependencyProvider):
    needs = (
        Setting(
            "BRAND_WORDS", "text", "Our names, by comma: not allowed inside passwords", "captive,kia finance,kiamotors"
        ),
    )

    def setup(self) -> None:
        words = self.container.config["settings"]["BRAND_WORDS"].split(",")
        self._passwords = Passwords(brand_words=words)

    def get_dependency(self, worker_ctx: Any) -> Passwords:  # noqa: ARG002 - nameko's signature
        return self._passwords


class KeyringProvider(DependencyProvider):
    needs = (PUBLIC_URL,)

    def setup(self) -> None:
        settings = self.container.config["settings"]
        self._keyring = Keyring(folder=settings["KEYS_DIR"], issuer=settings["PUBLIC_URL"])

    def get_dependency(self, worker_ctx: Any) -> Keyring:  # noqa: ARG002 - nameko's signature
        return self._keyring


class PasskeysProvider(DependencyProvider):
    needs = (PUBLIC_URL, BRAND_NAME)

    def get_dependency(self, worker_ctx: Any) -> Passkeys:  # noqa: ARG002 - nameko's signature
        settings = self.container.config["settings"]
        return Passkeys(public_url=settings["PUBLIC_URL"], name=settings["BRAND_NAME"])


class OneTimeCodesProvider(DependencyProvider):
    needs = (BRAND_NAME,)

    def get_dependency(self, worker_ctx: Any) -> OneTimeCodes:  # noqa: ARG002 - nameko's signature
        return OneTimeCodes(issuer=self.container.config["settings"]["BRAND_NAME"])


class PolicyProvider(DependencyProvider):
    needs = (PUBLIC_URL, TERMS_VERSION)

    def get_dependency(self, worker_ctx: Any) -> Policy:  # noqa: ARG002 - nameko's signature
        settings = self.container.config["settings"]
        return Policy(public_url=settings["PUBLIC_URL"], terms_version=settings["TERMS_VERSION"])
