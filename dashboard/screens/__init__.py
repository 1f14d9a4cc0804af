"""One file a page: layout and nothing else. (Not called pages/, which Streamlit would serve as scripts.)"""
