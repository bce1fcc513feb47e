"""Prompts that are answered without signing in, and words that the secretariat enters for somebody."""
