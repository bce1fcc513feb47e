"""People: sign-up, sign-in, profiles, roles, sessions."""
