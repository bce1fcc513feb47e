"""The floor: what a page costs at least."""
