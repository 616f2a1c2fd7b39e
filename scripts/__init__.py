"""What a developer runs; each shell script here works as the first command ever run."""
