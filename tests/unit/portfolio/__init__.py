"""Portfolio readers, on invented files and on published ones where they are present."""
