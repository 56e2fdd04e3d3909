"""What one can do here: one file, one class, one verb. Ports in, entities out."""
