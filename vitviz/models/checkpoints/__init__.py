"""Weights in files and folders: reading, recognising and building the network."""
