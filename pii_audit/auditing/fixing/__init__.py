"""A compliant version of an export: what is too much is dropped, what is too plain is hidden, all else stays as it was."""
