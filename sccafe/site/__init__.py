"""The application's own pages: home, the pages the secretariat edits, settings, health; and its upkeep."""
