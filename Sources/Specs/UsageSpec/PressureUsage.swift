/// For how long work had to wait for something (Linux' pressure stall information, Documentation/accounting/psi.rst).
public struct PressureUsage: Codable, Sendable, Hashable {
    /// For one resource: while `some` a part of the work waited, while `full` all of it.
    public struct Resource: Codable, Sendable, Hashable {
        public var some: Line?
        public var full: Line?

        public init() {}
    }

    public struct Line: Codable, Sendable, Hashable {
        /// Shares of the last 10, 60 and 300 seconds, in percent.
        public var average10: Double
        public var average60: Double
        public var average300: Double
        public var totalMicroseconds: Int64

        public init(average10: Double, average60: Double, average300: Double, totalMicroseconds: Int64) {
            self.average10 = average10
            self.average60 = average60
            self.average300 = average300
            self.totalMicroseconds = totalMicroseconds
        }
    }

    public var cpu: Resource?
    public var memory: Resource?
    public var io: Resource?

    public init() {}
}

extension PressureUsage.Resource {
    /// Reads a file of the kernel's: `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`, and the same of `full`. Nil where it
    /// says neither.
    public init?(text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let kind = words.first else { continue }
            var figures: [Substring: Substring] = [:]
            for word in words.dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1)
                if parts.count == 2 { figures[parts[0]] = parts[1] }
            }
            let found = PressureUsage.Line(
                average10: figures["avg10"].flatMap { Double($0) } ?? 0,
                average60: figures["avg60"].flatMap { Double($0) } ?? 0,
                average300: figures["avg300"].flatMap { Double($0) } ?? 0,
                totalMicroseconds: figures["total"].flatMap { Int64($0) } ?? 0
            )
            if kind == "some" { some = found }
            if kind == "full" { full = found }
        }
        if some == nil && full == nil { return nil }
    }
}
