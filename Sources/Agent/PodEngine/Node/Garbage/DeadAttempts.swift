import Linux

/// Which logs of attempts that are over may go, by the kubelet's three figures for dead containers. No I/O.
public struct DeadAttempts: Sendable, Hashable {
    public struct Policy: Sendable, Hashable {
        /// Of how many attempts before the latest a container's logs are kept.
        public var perContainer = 1
        /// Of how many they are kept on the whole machine; nil: of as many as there are.
        public var inAll: Int?
        /// How long the logs of an attempt stay at least after its end.
        public var minimumAge = Duration.zero

        public init() {}
    }

    /// One attempt that is over, and is not the latest of its container.
    package struct Attempt: Sendable, Hashable {
        /// The folder of the container's logs.
        package var folder: String
        package var number: Int
        package var ended: Timestamp

        package init(folder: String, number: Int, ended: Timestamp) {
            self.folder = folder
            self.number = number
            self.ended = ended
        }
    }

    let policy: Policy

    package init(_ policy: Policy) {
        self.policy = policy
    }

    /// Those that go, by folder and number.
    package func leaving(_ attempts: [Attempt], at now: Timestamp) -> [Attempt] {
        var gone: [Attempt] = []
        var rest: [Attempt] = []
        func mayGo(_ attempt: Attempt) -> Bool {
            policy.minimumAge <= .zero || now.since(attempt.ended) >= policy.minimumAge
        }
        func keepLatest(_ count: Int, of attempts: [Attempt]) {
            gone = []
            rest = []
            for (_, own) in Dictionary(grouping: attempts, by: \.folder) {
                let latestFirst = own.sorted { $0.number > $1.number }
                for (index, attempt) in latestFirst.enumerated() {
                    if index >= count, mayGo(attempt) { gone.append(attempt) } else { rest.append(attempt) }
                }
            }
        }
        keepLatest(policy.perContainer, of: attempts)
        guard let limit = policy.inAll, rest.count > limit else { return sorted(gone) }
        // As the kubelet: first every container keeps fewer, then the oldest go whosever they are.
        let containers = Set(attempts.map(\.folder)).count
        keepLatest(min(policy.perContainer, max(1, limit / max(1, containers))), of: attempts)
        let old = rest.filter(mayGo)
            .sorted { ($0.ended, $0.folder, $0.number) < ($1.ended, $1.folder, $1.number) }
        return sorted(gone + old.prefix(max(0, rest.count - limit)))
    }

    private func sorted(_ attempts: [Attempt]) -> [Attempt] {
        attempts.sorted { ($0.folder, $0.number) < ($1.folder, $1.number) }
    }
}
