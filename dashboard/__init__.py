"""The dashboard: a Streamlit window into the engine's models. Imports no torch."""
