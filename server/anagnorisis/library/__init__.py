"""From what lies in a source to items with vectors: looking, comparing, reading, recognising, storing."""
