"""Foundations of the user interface: theme, icons, language, text, worker threads."""
