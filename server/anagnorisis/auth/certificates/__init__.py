"""The house's certificates: an authority of its own with its leaf, or files of somebody else's.

Its modules are imported only where the house is encrypted: what they need takes 20 MB.
"""
