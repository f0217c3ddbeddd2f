"""The program's surroundings: files, settings, logs, memory, processes, libraries."""
