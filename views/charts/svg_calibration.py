"""A calibration curve: the observed event rate against the mean score; on the diagonal the two are equal."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from views.charts.axis import Scale
from views.charts.svg_element import element, group, picture
from views.pages.held_out import HeldOut

SIZE, LEFT, BOTTOM, EDGE = 300.0, 44.0, 40.0, 10.0


def draw_calibration(key: str, title: str, scores: HeldOut) -> Markup:
    """Return the calibration curve of a version's held-out data, in tenths of its predictions by score."""
    highest = max(max(one.high, one.score) for one in scores.groups)
    end = next(limit for limit in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if highest <= limit or limit == 1.0)
    across = Scale(0.0, end, LEFT, SIZE - EDGE)
    up = Scale(0.0, end, SIZE - BOTTOM, EDGE)
    worst = max(scores.groups, key=lambda one: abs(one.rate - one.score))
    text = (
        f"{len(scores.groups)} groups of {scores.rows:,} predictions by score. The widest gap: a mean score of "
        f"{worst.score:.3f} with an observed rate of {worst.rate:.3f}."
    )
    layers = [*_axes(across, up), *_curve(scores, across, up)]
    return picture(key, title, text, SIZE, SIZE, *layers)


def _axes(across: Scale, up: Scale) -> Iterator[Markup]:
    for value in across.ticks(5):
        yield element("line", class_="grid", x1=across(value), x2=across(value), y1=up.end, y2=up.start)
        yield element("line", class_="grid", x1=across.start, x2=across.end, y1=up(value), y2=up(value))
        yield element("text", f"{value:g}", class_="tick middle", x=across(value), y=up.start + 15)
        yield element("text", f"{value:g}", class_="tick end", x=across.start - 6, y=up(value) + 4)
    yield element("line", class_="level expected", x1=across.start, y1=up.start, x2=across.end, y2=up.end)
    yield element("text", "mean score", class_="tick middle", x=(across.start + across.end) / 2, y=up.start + 32)
    turned = f"rotate(-90 12 {(up.start + up.end) / 2:.0f})"
    yield element("text", "observed rate", class_="tick middle", x=12, y=(up.start + up.end) / 2, transform=turned)


def _curve(scores: HeldOut, across: Scale, up: Scale) -> Iterator[Markup]:
    places = " ".join(f"{across(tenth.score):.1f},{up(tenth.rate):.1f}" for tenth in scores.groups)
    drawn = [element("polyline", class_="line", points=places)]
    for tenth in scores.groups:
        x = across(tenth.score)
        drawn.append(element("line", class_="whisker", x1=x, x2=x, y1=up(tenth.low), y2=up(tenth.high)))
        drawn.append(element("circle", class_="dot", cx=x, cy=up(tenth.rate), r=3))
    yield group(drawn, class_="look0")
