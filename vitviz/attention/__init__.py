"""One forward pass and what is kept of it: tap, capture, trace, run, price."""
