"""Text made from records: Markdown forms, HTML pages and SVG charts."""
