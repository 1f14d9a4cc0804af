"""`python -m vae_engine`."""

import sys

from vae_engine.command.cli import main

sys.exit(main())
