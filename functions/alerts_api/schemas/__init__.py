"""Bodies as models, and the OpenAPI document's description of each route; same names as `routes`.

Loaded with the first request for the document or the configuration: pydantic is a third of a
cold start.
"""
