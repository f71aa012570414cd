import Linux
import NetworkSpec

/// Addresses that could not be listened on: podman's users know the words.
struct ListenFailure: Error, CustomStringConvertible {
    private(set) var descriptions: [String] = []

    var isEmpty: Bool { descriptions.isEmpty }

    mutating func add(_ kind: String, _ address: SocketAddress, _ error: SystemError) {
        descriptions.append("failed to bind \(kind) listener on \(address): \(error)")
    }

    var description: String { descriptions.joined(separator: "; ") }
}
