"""The main window: its parts made, placed and wired."""
