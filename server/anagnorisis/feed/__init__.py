"""What a person is shown, and in which order: pages of the feed and of the library."""
