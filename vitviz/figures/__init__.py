"""A view as a figure: painted with QPainter, without a window."""
