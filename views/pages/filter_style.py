"""The inventory's filters as CSS, without a script: a choice in a list hides the models that do not match it."""

from __future__ import annotations

from collections.abc import Iterator

from views.pages.inventory_view import InventoryView

URGENCIES = ("late", "soon", "later", "open")


def filter_style(inventory: InventoryView) -> str:
    """Return CSS that hides the models not matching the chosen stage, tier, owner and due date.

    The rules contain list positions only, never text from the registry.
    """
    return "\n".join(
        [
            *_rules("stage", len(inventory.stages)),
            *_rules("tier", len(inventory.tiers)),
            *_rules("owner", len(inventory.owners)),
            *_rules("due", len(URGENCIES)),
            ".models:has(#by-due .any:checked) .line.due-any:not(.due-0, .due-1, .due-2, .due-3) { display: none; }",
        ]
    )


def _rules(name: str, count: int) -> Iterator[str]:
    for number in range(count):
        chosen = f".models:has(#by-{name} .is-{number}:checked)"
        yield f"{chosen} .line:not(.{name}-{number}) {{ display: none; }}"
