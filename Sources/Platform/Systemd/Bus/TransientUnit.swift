/// A unit without a file: what systemd is asked to make by StartTransientUnit.
public struct TransientUnit: Sendable, Hashable {
    /// A property's value, by the type that systemd wants (org.freedesktop.systemd1(5)).
    public enum Value: Sendable, Hashable {
        case text(String)
        case flag(Bool)
        case number(UInt64)
        case texts([String])
        /// `PIDs`: the processes that a scope begins with.
        case processes([Int32])
    }

    public struct Property: Sendable, Hashable {
        public var name: String
        public var value: Value

        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// `swiftlet-a.scope`, with its type.
    public var name: String
    public var properties: [Property]

    public init(name: String, properties: [Property]) {
        self.name = name
        self.properties = properties
    }

    /// What stands for "no limit" in numbers.
    public static let infinity = UInt64.max
}

extension BusMessage {
    /// `a(sv)`.
    func append(_ properties: [TransientUnit.Property]) throws(BusError) {
        try container(BusType.array, "(sv)") { () throws(BusError) in
            for property in properties {
                try container(BusType.structure, "sv") { () throws(BusError) in
                    try append(property.name)
                    try append(property.value)
                }
            }
        }
    }

    private func append(_ value: TransientUnit.Value) throws(BusError) {
        try container(BusType.variant, value.signature) { () throws(BusError) in
            switch value {
            case .text(let text): try append(text)
            case .flag(let flag): try append(flag)
            case .number(let number): try append(number)
            case .texts(let texts):
                try container(BusType.array, "s") { () throws(BusError) in for text in texts { try append(text) } }
            case .processes(let pids):
                try container(BusType.array, "u") { () throws(BusError) in
                    for pid in pids { try append(UInt32(bitPattern: pid)) }
                }
            }
        }
    }
}

extension TransientUnit.Value {
    fileprivate var signature: String {
        switch self {
        case .text: "s"
        case .flag: "b"
        case .number: "t"
        case .texts: "as"
        case .processes: "au"
        }
    }
}
