"""Who somebody is: sign-in, sessions and the claims of a token."""
