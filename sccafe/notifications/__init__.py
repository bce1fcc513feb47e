"""Who is told of what: notices on the site and by mail."""
