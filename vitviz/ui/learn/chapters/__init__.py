"""The chapters of Learn, one file each."""
