"""View state and display: what the user wants to see, and what is on screen."""
