/// What a probe has come to say, after as many equal answers as its thresholds ask for.
public enum ProbeOutcome: Sendable, Hashable {
    case passed
    case failed
}

/// What is told of one answer: an answer that is as expected is not told at all, so that a pod that is well costs nothing.
public struct ProbeReport: Sendable, Hashable {
    /// What a person should read.
    public enum Remark: Sendable, Hashable {
        case failed(String)
        /// The question could not be asked; it counts neither way.
        case errored(String)
        case warned(String)
    }

    /// What the probe says from now on, where that is new.
    public var outcome: ProbeOutcome?
    public var remark: Remark?

    public init(outcome: ProbeOutcome? = nil, remark: Remark? = nil) {
        self.outcome = outcome
        self.remark = remark
    }

    var isEmpty: Bool { outcome == nil && remark == nil }
}
