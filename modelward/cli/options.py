"""The options that commands share; each has the same meaning in every command."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON with stable keys.")]
By = Annotated[
    str, typer.Option("--by", metavar="PERSON", help="The acting person; by default you, by your user name.")
]
CodeFromStdin = Annotated[
    bool, typer.Option("--code-from-stdin", help="Read the one-time code from the first line of stdin.")
]
Local = Annotated[bool, typer.Option("--local", help="Run in this process, even if a server is running.")]
NoWait = Annotated[
    bool, typer.Option("--no-wait", help="Return as soon as the running server has the run; --json prints it.")
]
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="TIME", help="Business time; a time other than now needs a replay registry.")
]
EnvironmentOption = Annotated[str, typer.Option("--environment", "-e", help="The environment, for example production.")]
SlotChoice = Literal["champion", "challenger", "shadow"]
SlotOption = Annotated[SlotChoice, typer.Option("--slot", help="The slot of the environment.")]
Reason = Annotated[str, typer.Option("--reason", help="The reason; it is recorded.")]
ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="The model: name or team/name.")]
VersionName = Annotated[str, typer.Argument(metavar="MODEL[/VERSION]", help="The version: name/3 or team/name/3.")]
RoleName = Literal[
    "developer", "owner", "validator", "approver", "operator", "risk-acceptor", "administrator", "auditor"
]
SeverityName = Literal["low", "medium", "high", "critical"]
WithVerifier = Annotated[
    bool, typer.Option("--with-verifier", help="Also write verify.py beside it, which needs only Python.")
]
