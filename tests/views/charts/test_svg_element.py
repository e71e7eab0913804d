"""SVG elements escape text and attributes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from views.charts.svg_element import element, group, picture

HOSTILE = {
    "markup": "<script>alert(1)</script>",
    "the end of an attribute": '" onload="alert(1)',
    "the end of an element": "</text></svg>",
    "a comment": "<!-- -->",
    "an entity": "&lt;",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_markup_in_text_and_attributes_is_escaped(text: str) -> None:
    read = ET.fromstring(element("text", text, data=text))

    assert (read.text, read.attrib, len(read)) == (text, {"data": text}, 0)


def test_a_character_that_reorders_text_is_shown_as_its_code() -> None:
    assert "\\u202e" in element("text", "a\u202eb")
    assert "\u202e" not in element("text", "a\u202eb", data="\u202e")


def test_nested_elements_are_not_escaped_again() -> None:
    assert group([element("line", x1=1.25)], class_="look0") == '<g class="look0"><line x1="1.2"/></g>'


def test_a_picture_refers_to_its_title_and_description() -> None:
    read = ET.fromstring(picture("life", "The life", "Two versions.", 100, 50, element("line")))

    named = [one.attrib["id"] for one in read[:2]]
    assert [one.text for one in read[:2]] == ["The life", "Two versions."]
    assert read.attrib["aria-labelledby"].split() == named
    assert (read.attrib["role"], read.attrib["viewBox"]) == ("img", "0 0 100 50")
