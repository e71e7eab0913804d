"""Steps of registration: read, check, pack and record a submission."""
