"""The only way out of the house: each request has a purpose somebody switched on, a guard and a record."""
