"""Bodies as models, and what the OpenAPI document says of each route; same names as `routes`.

Nothing here is imported before somebody asks for the document or configures something:
pydantic would be a third of a cold start.
"""
