"""Search in Japanese: everything that a reader may see is found by any part of it, and nothing else is told of."""
