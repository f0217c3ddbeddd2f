"""The plain nouns: grids, heads, interventions, methods, numbers as text. No torch."""
