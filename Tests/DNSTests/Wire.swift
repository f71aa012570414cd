import DNS
import NetworkSpec

/// Messages as bytes, put together by hand and apart from the code under test.
enum Wire {
    static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    static func number(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }

    /// A query: id 0x1234, RD.
    static func query(_ name: String, _ type: Int, class recordClass: Int = 1, payloadSize: Int? = nil, id: Int = 0x1234) -> [UInt8] {
        var bytes = number(id) + [0x01, 0x00] + number(1) + number(0) + number(0) + number(payloadSize == nil ? 0 : 1)
        bytes += Wire.name(name) + number(type) + number(recordClass)
        if let payloadSize { bytes += [0] + number(41) + number(payloadSize) + [0, 0, 0x80, 0] + number(0) }
        return bytes
    }

    static func parse(_ bytes: [UInt8]) throws(Query.Fault) -> Query {
        var result: Result<Query, Query.Fault> = .failure(.unanswerable)
        bytes.withUnsafeBytes { buffer in
            do throws(Query.Fault) { result = .success(try Query(buffer)) } catch { result = .failure(error) }
        }
        return try result.get()
    }

    /// An answer's parts as a client sees them.
    struct Answer {
        var code: Int
        var isTruncated: Bool
        var counts: [Int]
        /// The records of all sections but OPT: owner's bytes are left out, data is as it lies there.
        var records: [(type: Int, data: [UInt8])] = []
        var hasOptions = false

        init(_ bytes: [UInt8]) {
            code = Int(bytes[3] & 0xF)
            isTruncated = bytes[2] & 2 != 0
            counts = [4, 6, 8, 10].map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
            var offset = 12
            func skipName() {
                while bytes[offset] != 0 {
                    if bytes[offset] >= 0xC0 {
                        offset += 2
                        return
                    }
                    offset += 1 + Int(bytes[offset])
                }
                offset += 1
            }
            for _ in 0..<counts[0] {
                skipName()
                offset += 4
            }
            for _ in 0..<counts[1...].reduce(0, +) {
                skipName()
                let type = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
                let length = Int(bytes[offset + 8]) << 8 | Int(bytes[offset + 9])
                if type == 41 {
                    hasOptions = true
                } else {
                    records.append((type, Array(bytes[offset + 10..<offset + 10 + length])))
                }
                offset += 10 + length
            }
        }
    }

    static func answer(
        _ service: NameService,
        _ message: [UInt8],
        from source: String = "10.89.0.2",
        on network: Int = 0,
        over transport: NameService.Transport = .datagram,
        room: Int = 1232
    ) -> [UInt8]? {
        guard let source = IPAddress(source) else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: room) { room, count in
            let outcome = message.withUnsafeBytes {
                service.answer($0, from: source, on: network, over: transport, in: UnsafeMutableRawBufferPointer(room))
            }
            if case .answered(let length) = outcome { count = length } else { count = 0 }
        }
        return bytes.isEmpty ? nil : bytes
    }
}
