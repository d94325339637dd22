"""Who is on call, and when: schedules, their shifts, and what changes them."""
