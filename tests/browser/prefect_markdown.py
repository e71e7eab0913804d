"""Render Markdown as Prefect's page does: by the page's own scripts, configured as the page configures them.

render = PrefectMarkdown(page, address_of_the_scripts)
render("**a** b")        {"tag": "", "attributes": {}, "children": [{"tag": "p", …}]}

The names of the scripts contain digests and their exports have one letter, so both are found by their content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import prefect
from playwright.sync_api import Page

UI = Path(prefect.__file__).parent / "server" / "ui-v2"
SCRIPTS = ("vendor-markdown", "rehype-raw", "rehype-sanitize")
RENDER = r"""
async ([address, names, texts]) => {
  const load = (name) => import(`${address}/assets/${names[name]}`);
  const exported = Object.values(await load("vendor-markdown")).filter((one) => one?.default);
  const markdown = exported.find((one) => one.defaultUrlTransform);
  const tables = exported.find((one) => one !== markdown);
  const html = (await load("rehype-raw")).default;
  const { default: sanitize, defaultSchema: schema } = await load("rehype-sanitize");
  const src = [...(schema.protocols?.src ?? []), "data"];
  const allowed = { ...schema, clobberPrefix: "", protocols: { ...schema.protocols, src } };
  const picture = (url, name, node) => node.tagName === "img" && name === "src" && /^data:image\//.test(url);
  const keep = (url, name, node) => (picture(url, name, node) ? url : markdown.defaultUrlTransform(url, name, node));
  const attribute = ([name, value]) => !["children", "node"].includes(name) && [name, String(value)];
  const tree = (one) => one === null || typeof one !== "object" ? String(one ?? "") : {
    tag: typeof one.type === "string" ? one.type : "",
    attributes: Object.fromEntries(Object.entries(one.props).map(attribute).filter(Boolean)),
    children: [one.props.children ?? []].flat(9).map(tree),
  };
  const render = (text) => markdown.default({
    children: text, remarkPlugins: [tables.default], rehypePlugins: [html, [sanitize, allowed]], urlTransform: keep,
  });
  return texts.map((text) => tree(render(text)));
}
"""

Node = Any
"""An element (`tag`, `attributes`, `children`), or a text."""


class PrefectMarkdown:
    """The renderer, on a page opened at the address of the scripts."""

    def __init__(self, page: Page, address: str) -> None:
        self._page, self._address = page, address
        self._names = {stem: next((UI / "assets").glob(f"{stem}-*.js")).name for stem in SCRIPTS}

    def __call__(self, texts: Sequence[str]) -> list[Node]:
        """Return the elements that the page would show for each text."""
        found: list[Node] = self._page.evaluate(RENDER, [self._address, self._names, list(texts)])
        return found


def tags(node: Node) -> Iterator[str]:
    """Yield every element below a node, in document order."""
    if isinstance(node, dict):
        yield from [node["tag"]] if node["tag"] else []
        for child in node["children"]:
            yield from tags(child)


def text_of(node: Node) -> str:
    """Return the visible text of a node."""
    return node if isinstance(node, str) else "".join(text_of(child) for child in node["children"])


def found(node: Node, tag: str) -> Iterator[dict[str, Any]]:
    """Return every element with this tag."""
    if isinstance(node, dict):
        yield from [node] if node["tag"] == tag else []
        for child in node["children"]:
            yield from found(child, tag)
