"""What a device may ask: one file a resource, struct in and struct out."""

VERSION = "0.1.0"
