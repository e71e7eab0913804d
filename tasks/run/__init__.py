"""What every flow needs: the run's context, business time, asking people, names, retries."""
