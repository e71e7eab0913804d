"""The modules of `modelward-check`, which a model server runs before it loads a model; joined into one file.

They need Python 3.9 and its standard library, and import nothing from outside this folder but the signatures of the
stand-alone verifier. They share no code with the writer of manifests.
"""
