"""A command made of commands, listed each with the whole first sentence of its help."""

import click

# Longer than any sentence: what does not fit a line goes on in the next one.
SENTENCE_LENGTH_MAX = 1000


class Group(click.Group):
    """As click's, which cuts what is longer than a line."""

    group_class = type

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = [(name, self.commands[name]) for name in self.list_commands(ctx)]
        rows = [(name, known.get_short_help_str(SENTENCE_LENGTH_MAX)) for name, known in commands if not known.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
