"""Present: the window as a lecture sees it."""
