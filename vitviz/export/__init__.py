"""Figures, animations and numbers: what is on screen, as a file."""
