"""Tasks for a class: their words, their checks on real states, and what can be printed of them. No torch."""
