"""Files of images as people hold them. One module a format, each found by its content; none unpickles or runs anything.

    knows(head, name)          whether the first bytes, or failing them the name, are of this format
    contents(source, until)    what the file holds as named arrays (`arrays.Contents`), to be read before `until` is closed

`reading.find` puts files together: images with their labels, train with test, pictures with the folders they lie in.
"""
