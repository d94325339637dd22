"""The objects of the configuration as people write them: in the API's PUT, and in the team's file.

pydantic loads with these modules, so they are imported on use.
"""
