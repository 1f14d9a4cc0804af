"""The explorer in a notebook: Jupyter, JupyterLab, VS Code, Colab, marimo. Knows no Streamlit."""
