"""Learn: the lectures as steps."""
