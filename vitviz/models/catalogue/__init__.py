"""Models known by name: entries, store, downloads."""
