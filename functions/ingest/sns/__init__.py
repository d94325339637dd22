"""Whether a message is one of Amazon SNS, and the two requests that it takes to know and to say."""
