import PodSpec

/// Names for pods as the API server generates them: short, lower-case, and without vowels, so that no words come out.
package struct PodNames: Sendable {
    private let random: @Sendable () -> UInt64

    /// - Parameter random: answers another number each time.
    package init(random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }) {
        self.random = random
    }

    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
    private static let suffixLength = 5
    /// A name is a label, because it becomes one and a host name.
    private static let baseLimit = 63 - suffixLength

    /// `<base>-<five characters>`, other than the names that are taken.
    package func name(_ base: String, isTaken: (String) -> Bool) -> String {
        let head = "\(base)-".prefix(Self.baseLimit)
        while true {
            let name = "\(head)\(Self.text(random(), Self.suffixLength))"
            if !isTaken(name) { return name }
        }
    }

    /// The short form of a digest, as in the name of a ReplicaSet.
    package static func hash(_ digest: String) -> String {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in digest.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return text(value, 10)
    }

    private static func text(_ number: UInt64, _ length: Int) -> String {
        var (number, bytes) = (number, [UInt8]())
        for _ in 0..<length {
            bytes.append(alphabet[Int(number % UInt64(alphabet.count))])
            number /= UInt64(alphabet.count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
