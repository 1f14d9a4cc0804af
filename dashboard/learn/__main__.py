"""Typesets the formulas of the steps anew: python -m dashboard.learn."""

from dashboard.learn import formulas

if __name__ == "__main__":
    formulas.write()
