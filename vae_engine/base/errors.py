"""The one kind of error a visitor sees: a sentence saying what was wrong and what to do."""


class EngineError(Exception):
    """Bad input, a broken file or an impossible request; its text is one clear line.

    The command line prints it to stderr and exits with code 2, the dashboard shows it in place.
    """
