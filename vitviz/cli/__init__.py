"""Command line of vitviz: one file for each command."""
