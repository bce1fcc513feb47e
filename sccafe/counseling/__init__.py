"""Confidential requests: from the asker to the right expert and back, encrypted and in time."""
