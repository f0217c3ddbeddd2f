"""Export of what is on screen: figures, animations and numbers as files."""
