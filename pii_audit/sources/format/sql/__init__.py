"""SQL dumps: the rows of INSERT and COPY as tables with their column names, all other statements as text."""
