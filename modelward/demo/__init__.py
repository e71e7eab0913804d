"""The demo: the whole life of one model on real flights, with one command."""
