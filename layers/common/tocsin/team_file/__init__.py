"""The team's file: its form, what is wrong with one, and the objects that it describes.

pydantic loads with these modules, so they are imported on use.
"""
