"""The command line, the supervisor, the evidence page server and the demo."""
