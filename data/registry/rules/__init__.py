"""How the registry rules on each command: check the rules, then say which event and which rows follow."""
