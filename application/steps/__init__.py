"""What several use cases have in common. A use case may use these, never another use case."""
