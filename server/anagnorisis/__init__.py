"""Anagnorisis: one household's media server that learns what each person cares about."""

import os

# Before numpy is imported anywhere: threads of its BLAS hang a product of matrices while a worker process is
# forked off, and spin against the core's; matrices of a hundred columns gain nothing from them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
