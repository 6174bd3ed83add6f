"""Looking at files from outside, and copies made from originals: only ever in a confined child process."""
