"""The page that stands at the root until customers have a portal there."""

from gateway.docs.events_page import templates


def home_page(*, brand: str, phone: str) -> str:
    """The whole page, with the lender's name and telephone number."""
    return templates.get_template("home.html").render(brand=brand, phone=phone)
