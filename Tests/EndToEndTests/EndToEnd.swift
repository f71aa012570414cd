import TestSupport
import Testing

/// The way of pods through the whole house: the built programs, Debian's registry, the kernel's own network, in hosts
/// of the tests' own. One test at a time: they measure what is left of each other.
@Suite(.serialized, .needsPrivateHost) enum EndToEnd {}
