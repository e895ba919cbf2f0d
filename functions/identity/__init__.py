"""Who calls: sign-in, the claims in a token, and the gate in front of every other door."""
