"""What the stack sent, as each receiver would see it: `/_outbox` of `make run`."""
