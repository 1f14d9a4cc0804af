"""What is made once per server and shown by many."""
