"""Boards, topics, posts, reactions, questions."""
