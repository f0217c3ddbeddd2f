"""General widgets, with setters and signals; they know nothing about models."""
