"""Pictures, folders, sessions and exports of the window."""
