"""The home network: the house's name there, the guide for phones, and following both as they change.

Imported only where the house is encrypted, so that a house for one machine stays small.
"""
