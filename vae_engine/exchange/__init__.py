"""Models and runs in the form that the browser reads. No torch."""
