"""The root of the command line: it knows each command by name and imports its module when it is called.

Importing every command takes about a second of processor time; `modelward --help` and completion need none of them.
Whatever a command raises ends here.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
import typer.core
import typer.main

JSON = "modelward.json"
INTERRUPTED = 130


class UnloadedCommand(typer.core.TyperCommand):
    """A command, or a group of commands, by its name and its line of help."""

    def load(self) -> Any:
        """Import `modelward.commands.<name>`; its `app` is a group, its function of the same name a command."""
        module = import_module(f"modelward.commands.{self.name}")
        loaded = typer.Typer(add_completion=False, rich_markup_mode="rich")
        if hasattr(module, "app"):
            loaded.add_typer(module.app, name=self.name)
        else:
            loaded.command(self.name)(getattr(module, str(self.name)))
        return typer.main.get_group(loaded).commands[str(self.name)]


class CommandGroup(typer.core.TyperGroup):
    """Loads a command when it is called, and ends the process as its error says."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that `args` name, loaded; the same for completion of its options."""
        name, command, rest = super().resolve_command(ctx, args)
        if isinstance(command, UnloadedCommand):
            command = command.load()
        return name, command, rest

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Remember whether JSON is asked for, so that an error comes as JSON too."""
        ctx.meta[JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; domain errors become their exit code, everything else a crash report."""
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
