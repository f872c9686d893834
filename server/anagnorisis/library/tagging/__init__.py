"""Tags by zero shot: words of a list compared with what a model saw, each with a bar set on the library."""
