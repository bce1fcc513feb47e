"""The library: cases and materials that stay true."""
