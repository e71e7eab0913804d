r"""Compare the graph of a run, as Prefect's pages draw it, with the listed steps and edges.

compare_graph("deploy_model", "two people approve")             the latest run of the flow
compare_graph("deploy_model", "two people approve", run)        a run by its id

graphs/deploy_model.yaml:

    flow: deploy model                       the name of the flow, if the file has another name
    steps:                                   a short name for each step, and the pattern of its task run's name
      judge: 'judge \\d+ criteria: .+'
      ask: 'ask \\d+ approvers? until .+'
    runs:
      two people approve:                    every edge of such a run; a step without edges is listed alone
        - judge -> ask
        - ask -> ask 2                       the second step of that name, by start time

A run must have exactly these steps and these edges.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.client.schemas.sorting import FlowRunSort

GRAPHS = Path(__file__).parent / "graphs"
PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.1
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass(frozen=True)
class RunGraph:
    """The names of a run's steps, and its edges as `before -> after`."""

    steps: frozenset[str]
    edges: frozenset[str]


def compare_graph(flow: str, case: str, run: UUID | None = None) -> list[str]:
    """Assert that a run has the graph of a case; return the names of its task runs by start time."""
    written = yaml.safe_load((GRAPHS / f"{flow}.yaml").read_text())
    expected = _written_graph(written["runs"][case])
    name = written.get("flow", flow.replace("_", " "))
    nodes = _recorded(run or newest_run(name), len(expected.steps))
    labels = [str(node["label"]) for node in nodes]
    assert _drawn_graph(nodes, written["steps"]) == expected, labels
    return labels


def newest_run(flow: str) -> UUID:
    """Return the id of the latest run of a flow."""
    named = FlowFilter(name=FlowFilterName(any_=[flow]))
    with get_client(sync_client=True) as client:
        found = client.read_flow_runs(flow_filter=named, sort=FlowRunSort.START_TIME_DESC, limit=1)
    assert found, f"no run of {flow}"
    return found[0].id


def _written_graph(edges: Sequence[str]) -> RunGraph:
    steps = frozenset(step for edge in edges for step in edge.split(" -> "))
    return RunGraph(steps, frozenset(edge for edge in edges if " -> " in edge))


def _drawn_graph(nodes: Sequence[Mapping[str, Any]], patterns: Mapping[str, str]) -> RunGraph:
    names: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for node in nodes:
        label = str(node["label"])
        fitting = [name for name, pattern in patterns.items() if re.fullmatch(pattern, label)]
        name = fitting[0] if len(fitting) == 1 else f"{label!r}, which fits {fitting or 'no pattern'}"
        seen[name] += 1
        names[node["id"]] = name if seen[name] == 1 else f"{name} {seen[name]}"
    # Prefect returns a parent once for each parameter of the parent.
    edges = {f"{names[parent['id']]} -> {names[node['id']]}" for node in nodes for parent in node["parents"]}
    return RunGraph(frozenset(names.values()), frozenset(edges))


def _recorded(run: UUID, steps: int) -> list[Mapping[str, Any]]:
    """Return the nodes by start time once so many have ended, because the server records them with a delay."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        nodes = _nodes(run)
        is_complete = len(nodes) >= steps and all(node["state_type"] in ENDED for node in nodes)
        if is_complete or time.monotonic() > deadline:
            return sorted(nodes, key=lambda node: str(node["start_time"]))
        time.sleep(POLL_SECONDS)


def _nodes(run: UUID) -> list[Mapping[str, Any]]:
    with get_client(sync_client=True) as client:
        answer = client.request("GET", "/flow_runs/{id}/graph-v2", path_params={"id": run})
    return [node for _, node in answer.json()["nodes"]]
