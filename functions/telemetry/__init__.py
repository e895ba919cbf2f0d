"""What machines measure: taken in, kept, asked for."""
