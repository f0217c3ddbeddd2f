"""What runs off the main thread: the queue, and one file of jobs for each subject."""
