"""The parts of hack/bench."""
