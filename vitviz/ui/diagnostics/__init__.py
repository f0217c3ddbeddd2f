"""The window measured and rehearsed by the program itself."""
