"""Adapters to libraries: where the blocks are, and what the tokens mean."""
