"""Steps that change what serves: publish, roll back, suspend, release in an emergency, ratify."""
