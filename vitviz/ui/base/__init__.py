"""What every part of the window stands on: theme, language, text, threads."""
