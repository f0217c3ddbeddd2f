"""Folders of models as libraries write them: configuration, processor, weight files."""
