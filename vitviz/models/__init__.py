"""Models: the catalogue, loading, and adapters that know layout and preprocessing."""
