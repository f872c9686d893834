"""Background work: loops that wait for the bells of the store, and the supervisor that keeps them alive."""
