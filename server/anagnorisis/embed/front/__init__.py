"""What stands before a model's graph: texts, pictures and sound as the arrays it asks for, in the worker."""
