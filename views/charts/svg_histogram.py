"""Two histograms of scores on one axis: rows whose event occurred above it, rows without the event below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from views.charts.axis import Scale
from views.charts.svg_element import element, picture
from views.pages.held_out import HeldOut

WIDTH, HEIGHT, LEFT, EDGE = 300.0, 300.0, 14.0, 10.0


def draw_histograms(key: str, title: str, scores: HeldOut) -> Markup:
    """Return the two histograms; the less they overlap, the better the scores separate the two groups."""
    across = Scale(0.0, 1.0, LEFT, WIDTH - EDGE)
    middle, highest = (HEIGHT - 40.0 + EDGE) / 2, max(*scores.with_event, *scores.without, 1e-9)
    room = middle - EDGE - 12.0
    text = (
        f"Mean score {_mean(scores.with_event):.2f} with label 1, {_mean(scores.without):.2f} with label 0, "
        f"on {scores.rows:,} predictions."
    )
    layers = [
        *_bars(scores.with_event, across, middle, -room / highest, "look1"),
        *_bars(scores.without, across, middle, room / highest, "look0"),
        element("line", class_="axis", x1=LEFT, x2=WIDTH - EDGE, y1=middle, y2=middle),
        element("text", "label 1", class_="tick end", x=WIDTH - EDGE, y=EDGE + 12),
        element("text", "label 0", class_="tick end", x=WIDTH - EDGE, y=HEIGHT - 46.0),
        *_axis(across),
    ]
    return picture(key, title, text, WIDTH, HEIGHT, *layers)


def _bars(shares: Sequence[float], across: Scale, base: float, tall: float, look: str) -> Iterator[Markup]:
    step = (across.end - across.start) / len(shares)
    for number, share in enumerate(shares):
        if share:
            top = min(base, base + share * tall)
            yield element(
                "rect", class_=f"column {look}", x=across.start + number * step + 0.5, y=top, width=step - 1.0,
                height=abs(share * tall),
            )  # fmt: skip


def _axis(across: Scale) -> Iterator[Markup]:
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        yield element("text", f"{value:g}", class_="tick middle", x=across(value), y=HEIGHT - 25.0)
    yield element("text", "score", class_="tick middle", x=(across.start + across.end) / 2, y=HEIGHT - 8.0)


def _mean(shares: Sequence[float]) -> float:
    return sum((number + 0.5) / len(shares) * share for number, share in enumerate(shares))
