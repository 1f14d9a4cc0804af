"""The server, the navigation, the command."""
