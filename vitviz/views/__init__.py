"""What the user wants to see (ViewState) and what is on screen (Display)."""
