"""One adapter for each library: where its blocks are, what its tokens mean."""
