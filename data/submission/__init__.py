"""The submission folder, its files, the packed submission."""
