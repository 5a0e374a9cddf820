"""What is wrong now: facts from stored state, judged against contracts, clock and calendar."""
