"""Pictures: safe reading, their place on a model's input, preparing that input."""
