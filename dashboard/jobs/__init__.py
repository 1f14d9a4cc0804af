"""Work on runs by processes of their own: training, experiments, queue, uploads. No Streamlit."""
