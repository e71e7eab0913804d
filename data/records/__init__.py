"""The frozen types that the layers hand to each other; each table of the registry is one of them."""
