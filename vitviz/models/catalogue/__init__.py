"""Published models: the list of those known by name, stored weights, downloads."""
