"""What the company decides: where its pages are, and which terms hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """`public_url` comes from the settings, never from a request, so that no mailed link can be bent."""

    public_url: str
    terms_version: str

    def verification_link(self, token: str) -> str:
        return f"{self.public_url}/verify-email?token={token}"

    def sign_in_link(self) -> str:
        return f"{self.public_url}/sign-in"

    def reset_link(self, token: str) -> str:
        return f"{self.public_url}/reset-password?token={token}"

    def approvals_link(self) -> str:
        return f"{self.public_url}/approvals"

    def forgotten_link(self) -> str:
        """Where whoever did not change the password themselves gets another one."""
        return f"{self.public_url}/forgot-password"
