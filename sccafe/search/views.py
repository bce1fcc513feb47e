"""The pages of search."""

from sccafe.search import spelling_views as spelling_views  # the secretariat's page of spellings
from sccafe.search.blueprint import pages as pages
