"""Pages of the web, from the bytes a host sends to a text that is safe to keep; apart from the network."""
