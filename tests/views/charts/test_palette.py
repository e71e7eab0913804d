"""The colours of pictures outside the pages equal those of the pages."""

from __future__ import annotations

import re

import pytest

from views.charts.palette import CSS_NAMES
from views.pages.render import TEMPLATES


@pytest.mark.parametrize("name", CSS_NAMES)
def test_a_colour_equals_that_of_the_light_theme(name: str) -> None:
    light = (TEMPLATES / "style.css").read_text("utf-8").partition("@media")[0]
    assert re.findall(rf"--{name}: (#[0-9a-f]+);", light) == [CSS_NAMES[name]]
