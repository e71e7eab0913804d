"""Steps of monitoring: profile the logs, measure a window, judge it, and record alerts."""
