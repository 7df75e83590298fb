from tests.groups.conftest import steady, told
from tests.pages.conftest import cold_queries

__all__ = ["cold_queries", "steady", "told"]
