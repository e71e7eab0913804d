"""The modules of the stand-alone verifier, which `data.audit.bundle` joins into the one file of every export.

They need Python 3.9 and its standard library, import nothing from outside this folder, and share no code with the
writer. No name is used twice among them, so that they can be joined.
"""
