"""What is fast is measured here, never asserted in the tests."""
