SELECT @@version, @@max_allowed_packet
