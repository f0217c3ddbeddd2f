"""The web page: a picture, its attention and what computes it, in one HTML file."""
