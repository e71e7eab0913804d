"""Find the open questions and notify the people who can answer them."""
