"""Whether, how and when to tell somebody, and what may become of a message: pure decisions on plain values."""
