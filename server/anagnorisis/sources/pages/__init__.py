"""Pages of the web, from the bytes a host sends to a text that is safe to keep; all of it apart from the network."""
