"""しおり: posts that somebody wants to find again, on a day of their choice if they like."""
