"""Plain values shared by all rooms: geometry, heads, interventions, methods, numbers.

No module in here loads torch or Qt.
"""
