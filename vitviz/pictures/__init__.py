"""Pictures: read them safely, place them on the model's input, prepare them."""
