"""In place of the package `detection` itself, whose functions also judge, which is done where bundles are read."""
