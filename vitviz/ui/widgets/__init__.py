"""Widgets of their own: setters and signals, no logic about models."""
