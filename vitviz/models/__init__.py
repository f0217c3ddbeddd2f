"""Models: catalogue and downloads, checkpoints, and an adapter for each library."""
