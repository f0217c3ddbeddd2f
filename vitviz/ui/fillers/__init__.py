"""What fills the panes: each filler resolves a view and pushes what differs."""
