"""Models that other programs wrote, read as data and turned into layer records. Only onnxruntime runs a graph."""
