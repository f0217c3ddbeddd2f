"""Files, settings, logs, memory and the environment the program runs in."""
