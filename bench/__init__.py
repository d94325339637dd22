"""What an alert costs: requests, units, CPU and cold starts, beside what we hold ourselves to."""
