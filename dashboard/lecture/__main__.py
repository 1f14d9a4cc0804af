"""Writes the bundled lecture anew: python -m dashboard.lecture."""

from dashboard.lecture.bundled import lecture
from dashboard.lecture.lecture import BUNDLED
from dashboard.stock import catalogue
from vae_engine.base.files import write_atomically
from vae_engine.base.places import CODE

if __name__ == "__main__":
    write_atomically(CODE / BUNDLED, lecture(catalogue.material()).encode())
