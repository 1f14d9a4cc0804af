"""`python -m dashboard`."""

import sys

from dashboard.shell.command import main

if __name__ == "__main__":
    sys.exit(main())
