/// The user and group ids of the host that those of a pod's user namespace stand for, from 0 on.
public struct IDRange: Codable, Sendable, Hashable {
    public var first: UInt32
    public var count: UInt32

    public init(first: UInt32, count: UInt32) {
        self.first = first
        self.count = count
    }

    /// The kubelet's `idsPerPod`: 16 bits are what POSIX programs expect of ids.
    public static let countOfPod: UInt32 = 65536

    /// The host's id behind one of the pod's; nil for one that the pod does not have.
    public func hostID(of id: UInt32) -> UInt32? { id < count ? first + id : nil }

    func overlaps(_ other: IDRange) -> Bool {
        UInt64(first) < UInt64(other.first) + UInt64(other.count) && UInt64(other.first) < UInt64(first) + UInt64(count)
    }
}
