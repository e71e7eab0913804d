"""The standards that come with modelward, one YAML file each."""
