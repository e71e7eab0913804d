"""The registry: store, state and lifecycle; `commands/` holds the typed commands, `rules/` judges each of them."""
