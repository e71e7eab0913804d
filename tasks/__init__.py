"""One unit of work a file: load the facts, call one pure function, record the result."""
