"""`python -m vae_engine`."""

import sys

from vae_engine.cli import main

sys.exit(main())
