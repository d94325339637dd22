"""What talks to AWS; decides nothing."""
