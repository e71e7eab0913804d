"""The demo: one real model through its whole lifecycle, on the flights of 2013."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from data.errors import ConfigurationError
from data.files.home import Home
from data.registry.registry import Registry
from modelward.demo.people import Scenario
from modelward.demo.printed_story import PrintedStory
from modelward.demo.proof import prove
from modelward.demo.story import OPENING, attest, create_registry, plan, run_lifecycle
from modelward.demo.summary import summarise
from modelward.supervisor.prefect_environment import prepare
from modelward.supervisor.prefect_server import prefect_server

MARK = ".modelward-demo"


def run_demo(root: Path) -> int:
    """Run the demo under a home that is emptied first; returns the exit code."""
    begun = time.monotonic()
    story = PrintedStory()
    start_clean(root)
    home = Home(root)
    prepare(root, MODELWARD_HOME=str(root), OMP_NUM_THREADS="1")

    with prefect_server(root) as server:
        scenario = Scenario(Registry(home), OPENING)
        create_registry(scenario, story)
        life = plan(scenario, story)
        with story.step("A Prefect server in the background", "Prefect server"):
            server.wait()
            prepare(root, PREFECT_API_URL=server.api_url)
            story.say("running, on a loopback port of its own")
        with scenario.registry.session():
            run_lifecycle(life)
        attest(life)
    proven = prove(home, story)
    with story.step("Results", "report"):
        summarise(life, proven)
    story.times(time.monotonic() - begun)
    return 0 if proven.holds else 1


def start_clean(root: Path) -> None:
    """Empty what an earlier demo left. Raises ConfigurationError for a folder that holds anything else."""
    mark = root / MARK
    if root.is_dir() and any(root.iterdir()) and not mark.is_file():
        raise ConfigurationError(f"{root} holds something that no demo left", "name an empty folder with --home")
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    mark.write_text("An earlier demo left this folder; the next one empties it.\n", "utf-8")
