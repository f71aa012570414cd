/// What has gone through one interface of a network namespace.
public struct InterfaceUsage: Codable, Sendable, Hashable {
    public struct Counters: Codable, Sendable, Hashable {
        public var bytes: Int64
        public var packets: Int64
        public var errors: Int64
        public var dropped: Int64

        public init(bytes: Int64, packets: Int64, errors: Int64, dropped: Int64) {
            self.bytes = bytes
            self.packets = packets
            self.errors = errors
            self.dropped = dropped
        }
    }

    public var name: String
    public var received: Counters
    public var transmitted: Counters

    public init(name: String, received: Counters, transmitted: Counters) {
        self.name = name
        self.received = received
        self.transmitted = transmitted
    }

    /// Reads the text of `/proc/<pid>/net/dev` (proc_pid_net(5)), in its order, `lo` left out: what stays inside of a
    /// namespace is not network traffic to those who ask.
    public static func parse(_ text: String) -> [InterfaceUsage] {
        text.split(separator: "\n").dropFirst(2).compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let name = line[..<colon].drop { $0 == " " }
            let figures = line[line.index(after: colon)...].split(separator: " ").map { Int64($0) ?? .max }
            guard name != "lo", figures.count >= 12 else { return nil }
            func counters(_ first: Int) -> Counters {
                Counters(
                    bytes: figures[first],
                    packets: figures[first + 1],
                    errors: figures[first + 2],
                    dropped: figures[first + 3]
                )
            }
            return InterfaceUsage(name: String(name), received: counters(0), transmitted: counters(8))
        }
    }
}
