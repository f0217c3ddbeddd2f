"""Choosing, downloading and opening a model."""
