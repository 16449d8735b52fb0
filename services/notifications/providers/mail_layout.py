"""How mails look: MJML around the words, made into HTML that holds in mail programs and on narrow screens.

Two kinds of marks stand in one file. `[% %]` and `[[ ]]` lay out, once; `{{ }}` and `{% %}` are left as they are, for
the facts of each mail. So a fact is never read as MJML, and a mail costs no more than filling it in.
"""

from pathlib import Path

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parents[1] / "templates"


class MailLayouts:
    """Lays out mails from `<language>/<template>.mjml`."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            # Nothing of a customer is filled in here: what is put together are files of ours.
            autoescape=False,  # noqa: S701
            undefined=StrictUndefined,
            block_start_string="[%",
            block_end_string="%]",
            variable_start_string="[[",
            variable_end_string="]]",
            comment_start_string="[#",
            comment_end_string="#]",
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def lay_out(self, template: str, *, language: str, has_preferences: bool) -> str:
        """The mail as HTML, with the places of its facts still open."""
        page = self._environment.get_template(f"{language}/{template}.mjml")
        return mrml.to_html(page.render(language=language, has_preferences=has_preferences)).content
