"""What has to be unpacked before it can be read: compressed files and archives, nested as they may be."""
