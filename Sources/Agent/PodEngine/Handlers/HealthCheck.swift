/// The two messages of grpc.health.v1.Health/Check, in protobuf, each in the frame that gRPC puts around a message.
package enum HealthCheck {
    package enum Status: Int, Sendable {
        case unknown = 0
        case serving = 1
        case notServing = 2
        case serviceUnknown = 3

        package var name: String {
            switch self {
            case .unknown: "UNKNOWN"
            case .serving: "SERVING"
            case .notServing: "NOT_SERVING"
            case .serviceUnknown: "SERVICE_UNKNOWN"
            }
        }
    }

    /// HealthCheckRequest: field 1 is the service's name; an empty one is left out, as proto3 has it.
    package static func request(service: String) -> [UInt8] {
        var message: [UInt8] = []
        if !service.isEmpty {
            message = [0x0A]
            var length = service.utf8.count
            while length >= 0x80 {
                message.append(UInt8(length & 0x7F) | 0x80)
                length >>= 7
            }
            message.append(UInt8(length))
            message += service.utf8
        }
        let size = UInt32(message.count)
        // Not compressed, then four bytes of length.
        return [0, UInt8(size >> 24), UInt8(size >> 16 & 0xFF), UInt8(size >> 8 & 0xFF), UInt8(size & 0xFF)] + message
    }

    /// The status in a HealthCheckResponse (field 1); nil where it is no such message.
    package static func status(of frame: [UInt8]) -> Status? {
        guard frame.count >= 5, frame[0] == 0 else { return nil }
        let size = frame[1..<5].reduce(0) { $0 << 8 | Int($1) }
        guard frame.count == 5 + size else { return nil }
        var rest = frame.dropFirst(5)
        var status = Status.unknown
        while !rest.isEmpty {
            guard let key = varint(&rest) else { return nil }
            switch key & 7 {
            case 0:
                guard let value = varint(&rest) else { return nil }
                if key >> 3 == 1 {
                    guard let known = Int(exactly: value).flatMap(Status.init) else { return nil }
                    status = known
                }
            case 1: rest = rest.dropFirst(8)
            case 2:
                guard let length = varint(&rest), length <= UInt64(rest.count) else { return nil }
                rest = rest.dropFirst(Int(length))
            case 5: rest = rest.dropFirst(4)
            default: return nil
            }
        }
        return status
    }

    private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 63, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
