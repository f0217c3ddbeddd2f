"""Learn: nine chapters beside the picture, every number live."""
