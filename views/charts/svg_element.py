"""SVG elements as text, with every attribute and text escaped, so that untrusted text cannot become markup."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from data.text.untrusted_text import safe

Attribute = str | float | int


def element(tag: str, *children: Markup | str, **attributes: Attribute) -> Markup:
    """Return `<tag name="value">children</tag>`; `class_` is written as `class`, and `__` in a name as `-`."""
    written = "".join(f' {_named(name)}="{_value(value)}"' for name, value in attributes.items())
    inner = "".join(_content(one) for one in children)
    return Markup(f"<{tag}{written}>{inner}</{tag}>" if inner else f"<{tag}{written}/>")


def group(children: Iterable[Markup], **attributes: Attribute) -> Markup:
    """Return a `g` element that holds these elements."""
    return element("g", *children, **attributes)


def picture(key: str, title: str, text: str, width: float, height: float, *children: Markup) -> Markup:
    """Return an `svg` element with a title and a description for screen readers."""
    names = {"aria-labelledby": f"{key}-title {key}-desc"}
    return element(
        "svg",
        element("title", title, id=f"{key}-title"),
        element("desc", text, id=f"{key}-desc"),
        *children,
        role="img",
        viewBox=f"0 0 {width:g} {height:g}",
        **names,
    )


def _content(child: Markup | str) -> str:
    return str(child) if isinstance(child, Markup) else str(escape(safe(child)))


def _named(name: str) -> str:
    return "class" if name == "class_" else name.replace("__", "-")


def _value(value: Attribute) -> str:
    if isinstance(value, str):
        return str(escape(safe(value)))
    return f"{round(value, 1):g}"
