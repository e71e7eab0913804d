"""Pure judgement: evidence in, verdicts out; the standards are in `gates/standards/*.yaml`.

The modules that `gates/catalogue.py` lists are the gates: each defines `GATE`, and its docstring begins with "Gate:".
Every other module is part of a standard, or is a calculation that gates or flows use ("Not a gate:").
"""
