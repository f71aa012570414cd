import NetworkSpec

/// The type of a record or a question: RFC 1035 3.2.2 and its successors. Others than these are just passed on.
package struct RecordType: RawRepresentable, Sendable, Hashable {
    package var rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    static let a = RecordType(rawValue: 1)
    static let soa = RecordType(rawValue: 6)
    static let ptr = RecordType(rawValue: 12)
    package static let aaaa = RecordType(rawValue: 28)
    static let srv = RecordType(rawValue: 33)
    /// EDNS, RFC 6891.
    static let opt = RecordType(rawValue: 41)
    static let any = RecordType(rawValue: 255)
}

/// RFC 1035 4.1.1.
enum ResponseCode: UInt8, Sendable {
    case success = 0
    case formatError = 1
    case serverFailure = 2
    case nameError = 3
    case notImplemented = 4
    case refused = 5
}

/// What a record of ours says.
package enum RecordData: Sendable, Hashable {
    case address(IPAddress)
    case pointer(DomainName)
    /// RFC 2782.
    case service(port: UInt16, target: DomainName)

    var type: RecordType {
        switch self {
        case .address(.v4): .a
        case .address(.v6): .aaaa
        case .pointer: .ptr
        case .service: .srv
        }
    }
}
