"""Weights in files and folders: read, recognised, built, checked."""
