"""The experiment `convolutional`."""
