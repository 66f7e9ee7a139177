# What a socket does: small programs, run natively and preloaded.
