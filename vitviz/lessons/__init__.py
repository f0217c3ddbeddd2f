"""What the chapters compute: the arithmetic of attention, step by step. No Qt."""
