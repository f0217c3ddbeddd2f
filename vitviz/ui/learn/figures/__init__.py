"""Figures that chapters draw."""
