"""Run the demo: one model through its whole lifecycle, on the flights of 2013."""

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
    """Run the demo in a home that is emptied first, and return the exit code."""
    started = time.monotonic()
    story = PrintedStory()
    start_clean(root)
    home = Home(root)
    prepare(root, MODELWARD_HOME=str(root), OMP_NUM_THREADS="1")

    with prefect_server(root) as server:
        scenario = Scenario(Registry(home), OPENING)
        create_registry(scenario, story)
        context = plan(scenario, story)
        with story.step("A Prefect server in the background", "Prefect server"):
            server.wait()
            prepare(root, PREFECT_API_URL=server.api_url)
            story.say("the server answers on a free loopback port")
        with scenario.registry.session():
            run_lifecycle(context)
        attest(context)
    proven = prove(home, story)
    with story.step("Results", "report"):
        summarise(context, proven)
    story.print_times(time.monotonic() - started)
    return 0 if proven.succeeded else 1


def start_clean(root: Path) -> None:
    """Empty the folder of an earlier demo. Raises ConfigurationError for a folder with files of anything else."""
    mark = root / MARK
    if root.is_dir() and any(root.iterdir()) and not mark.is_file():
        raise ConfigurationError(f"{root} contains files that no demo wrote", "choose an empty folder with --home")
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    mark.write_text("modelward demo wrote this folder; the next run of the demo empties it.\n", "utf-8")
