"""Panes that show attention, each with its controller."""
