"""The programming interface of an institution's own systems: /api/v1/, over the same services as the pages."""
