"""Site: the pages as a folder of files that any web host serves."""
