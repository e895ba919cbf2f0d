"""One CDK stack per lifetime; every repeated part is in `constructs`."""
