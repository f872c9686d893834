"""Checkpoints of the Hugging Face kind into folders that `models import` takes; only the child has torch."""
