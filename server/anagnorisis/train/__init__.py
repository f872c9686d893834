"""The head: a small network over all kinds and people that gives a second opinion beside the linear taste.

It learns what the linear taste leaves over, so it starts equal to it. `network` and `learning` are its
mathematics in torch and are imported by the child process alone; `forward` is the same in numpy, which needs
nothing but the weights. `process` is the server's side of the child, `files` what lies between the two.
"""
