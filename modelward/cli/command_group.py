"""The root command group: it imports the module of a command only when that command is called.

Importing every command takes about one second of processor time. `modelward --help` and the completion of command
names need none of them.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import typer
import typer.core
import typer.main

JSON = "modelward.json"
INTERRUPTED = 130
LINE_END = re.compile(r"(?<!\n)\n(?!\n)")
"""The end of a line inside a paragraph of a docstring, which the help would otherwise keep."""


class UnloadedCommand(typer.core.TyperCommand):
    """A command or a group of commands that is not loaded yet: only its name and its help line are known."""

    def load(self) -> Any:
        """Import `modelward.commands.<name>`; return its group `app`, or else its function `<name>`, as a command."""
        module = import_module(f"modelward.commands.{self.name}")
        loaded = typer.Typer(add_completion=False, rich_markup_mode="rich")
        if hasattr(module, "app"):
            loaded.add_typer(module.app, name=self.name)
        else:
            loaded.command(self.name)(getattr(module, str(self.name)))
        command: Any = typer.main.get_group(loaded).commands[str(self.name)]
        for each in (command, *getattr(command, "commands", {}).values()):
            each.help = LINE_END.sub(" ", each.help or "")
        return command


class CommandGroup(typer.core.TyperGroup):
    """The root group: it loads a command when it is called, and turns its error into a message and an exit code."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name, the loaded command and the remaining arguments; also used to complete its options."""
        name, command, rest = super().resolve_command(ctx, args)
        if isinstance(command, UnloadedCommand):
            command = command.load()
        return name, command, rest

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Note whether `--json` is given, so that an error is printed as JSON too."""
        ctx.meta[JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command. A domain error ends it with the error's exit code; any other error writes a crash report."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.TyperException, BrokenPipeError):
            raise
        except typer.Abort as abort:
            raise typer.Exit(INTERRUPTED) from abort
        except Exception as error:
            # Loaded here, because the module that distinguishes errors would make `--help` twice as slow.
            failure = import_module("modelward.cli.failure")
            raise typer.Exit(failure.report(error, as_json=ctx.meta[JSON])) from error
