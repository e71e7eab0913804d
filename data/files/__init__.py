"""Files of one installation: the home folder, artifacts, what is served."""
