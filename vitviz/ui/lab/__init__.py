"""The Lab: change the running model, and see what follows."""
