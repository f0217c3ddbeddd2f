"""The chapters of Learn; a file is named after its chapter."""
