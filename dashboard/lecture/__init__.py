"""Lectures: scenes to present, as files; the one that comes with the program; the page with the desk."""
