"""The options that commands share, each with one meaning everywhere."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, with stable names.")]
By = Annotated[str, typer.Option("--by", metavar="PERSON", help="Who says so; otherwise you, as the roster knows you.")]
CodeFromStdin = Annotated[
    bool, typer.Option("--code-from-stdin", help="Read the one-time code from the first line of stdin.")
]
Local = Annotated[bool, typer.Option("--local", help="Run it in this process, though a server runs.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Return once the running server has it.")]
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="TIME", help="Business time; only a replay registry takes another than now.")
]
Environment = Annotated[str, typer.Option("--environment", "-e", help="Environment.")]
SlotName = Literal["champion", "challenger", "shadow"]
Slot = Annotated[SlotName, typer.Option("--slot", help="Slot of the environment.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept on record.")]
ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="name or team/name.")]
VersionName = Annotated[str, typer.Argument(metavar="MODEL[/VERSION]", help="name/3 or team/name/3.")]
RoleName = Literal[
    "developer", "owner", "validator", "approver", "operator", "risk-acceptor", "administrator", "auditor"
]
SeverityName = Literal["low", "medium", "high", "critical"]
