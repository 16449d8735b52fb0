"""How to reach a person; for everybody, signed in or not."""

from gateway.routing import HttpCall, Reply, route
from gateway.schemas import SupportContact

NOTE = "Write your account number on the check."
LINES = ";"


@route(
    "GET", "/v1/support/contact", operation="getSupportContact", tags=("support",), has_etag=True,
    gives=SupportContact, summary="Telephone, e-mail and postal addresses",
    example={
        "company": "Kia Finance America", "phone": "1-855-885-7600", "email": None,
        "mail_to": {
            "regular": ["Kia Finance America", "P.O. Box 650805", "Dallas, TX 75265-0805"],
            "overnight": [
                "Kia Finance America", "Box 650805", "1501 North Plano Rd., Suite 100", "Richardson, TX 75081",
            ],
        },
        "note": NOTE,
    },
)  # fmt: skip
def get_support_contact(call: HttpCall) -> Reply:
    settings = call.house.settings
    return Reply(
        {
            "company": settings["BRAND_NAME"],
            "phone": settings["BRAND_PHONE"],
            "email": settings["SUPPORT_EMAIL"] or None,
            "mail_to": {
                "regular": _lines(settings["SUPPORT_MAIL_REGULAR"]),
                "overnight": _lines(settings["SUPPORT_MAIL_OVERNIGHT"]),
            },
            "note": NOTE,
        }
    )


def _lines(address: str) -> list[str]:
    return [line.strip() for line in address.split(LINES) if line.strip()]


ROUTES = (get_support_contact,)
