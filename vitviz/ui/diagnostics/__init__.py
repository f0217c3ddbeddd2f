"""Diagnostics of the window: measurements, and the rehearsal for the self-test."""
