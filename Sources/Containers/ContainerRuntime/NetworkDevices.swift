import CLinux
import Glibc
import Linux
import OCISpec

/// `linux.netDevices`: devices of the caller's network namespace that move into the container's, with their addresses, and are
/// up there (runtime-spec, "Network Devices"). The kernel gives physical ones back when the namespace ends.
struct NetworkDevices: Sendable {
    private let devices: [(host: String, container: String)]

    var isEmpty: Bool { devices.isEmpty }

    init(_ given: [String: RuntimeSpec.Linux.NetDevice]?, namespaces: NamespacePlan) throws(RuntimeError) {
        var devices: [(String, String)] = []
        for (host, device) in (given ?? [:]).sorted(by: { $0.key < $1.key }) {
            let inside = device.name.flatMap { $0.isEmpty ? nil : $0 } ?? host
            for name in [host, inside] where !Self.isName(name) {
                throw RuntimeError(.invalidConfiguration, "linux.netDevices: \"\(name)\" is no name of a device")
            }
            devices.append((host, inside))
        }
        if !devices.isEmpty, !namespaces.kinds.contains(.network) {
            throw RuntimeError(.invalidConfiguration, "linux.netDevices needs a network namespace of the container's own")
        }
        let names = devices.map(\.1)
        if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
            throw RuntimeError(.invalidConfiguration, "linux.netDevices has two devices for the name \"\(twice)\"")
        }
        self.devices = devices
    }

    /// dev_valid_name() of the kernel's.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count < 16 && name != "." && name != ".."
            && name.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") && $0 != 0x7F }
    }

    /// Moves all of them. The calling process has one thread, and is back in its own namespace afterwards.
    ///
    /// - Parameter pid: a process in the container's network namespace.
    func move(to pid: pid_t) throws(RuntimeError) {
        if devices.isEmpty { return }
        let target = try step("find the container's network") { () throws(SystemError) in
            try Descriptor.open("/proc/\(pid)/ns/net", O_RDONLY)
        }
        for (host, inside) in devices {
            try step("move network device \(host)") { () throws(SystemError) in
                try Self.move(host, to: target, as: inside)
            }
        }
    }

    private static func move(_ host: String, to target: borrowing Descriptor, as inside: String) throws(SystemError) {
        let here = try RouteSocket()
        let index = try index(of: host, here)
        let addresses = try addresses(of: index, here, host)
        var link = linkHeader(index: index)
        link.append(attribute: nameAttribute, inside.utf8 + [0])
        link.append(attribute: namespaceAttribute, withUnsafeBytes(of: target.rawValue, Array.init))
        _ = try here.send(RouteSocket.newLink, link, subject: host)
        let own = try Namespace.current(.network)
        try Namespace.enter(target, kind: .network)
        do throws(SystemError) {
            try settle(inside, addresses)
        } catch {
            try Namespace.enter(own, kind: .network)
            throw error
        }
        try Namespace.enter(own, kind: .network)
    }

    /// In the container's namespace: the device had to go down and lose its addresses on its way.
    private static func settle(_ name: String, _ addresses: [Address]) throws(SystemError) {
        let there = try RouteSocket()
        let index = try index(of: name, there)
        for address in addresses {
            var message: [UInt8] = [address.family, address.prefixLength, 0, address.scope]
            message.append(native: index)
            for (type, content) in address.attributes { message.append(attribute: type, content) }
            _ = try there.send(RouteSocket.newAddress, flags: 0x600, message, subject: name)  // create, exclusively
        }
        _ = try there.send(RouteSocket.newLink, linkHeader(index: index, isUp: true), subject: name)
    }

    private struct Address {
        var family: UInt8
        var prefixLength: UInt8
        var scope: UInt8
        var attributes: [(UInt16, [UInt8])]
    }

    private static let nameAttribute: UInt16 = 3
    private static let namespaceAttribute: UInt16 = 28

    /// struct ifinfomsg
    private static func linkHeader(index: Int32, isUp: Bool = false) -> [UInt8] {
        var header: [UInt8] = [0, 0, 0, 0]
        header.append(native: index)
        header.append(native: UInt32(isUp ? 1 : 0))  // IFF_UP
        header.append(native: UInt32(isUp ? 1 : 0))
        return header
    }

    private static func index(of name: String, _ socket: borrowing RouteSocket) throws(SystemError) -> Int32 {
        var request = linkHeader(index: 0)
        request.append(attribute: nameAttribute, name.utf8 + [0])
        let answer = try socket.send(RouteSocket.getLink, request, subject: name)
        guard let link = answer.first(where: { $0.type == RouteSocket.newLink }) else {
            throw SystemError(call: "rtnetlink", errno: ENODEV, subject: name)
        }
        return link.payload.native(at: 4)
    }

    /// The addresses that somebody gave to a device: those that the kernel made itself it makes again.
    private static func addresses(
        of index: Int32,
        _ socket: borrowing RouteSocket,
        _ name: String
    ) throws(SystemError) -> [Address] {
        let header: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
        return try socket.send(RouteSocket.getAddress, flags: RouteSocket.dump, header, subject: name).compactMap { message in
            let bytes = message.payload
            guard message.type == RouteSocket.newAddress, bytes.count >= 8, bytes.native(at: 4) as Int32 == index else {
                return nil
            }
            let (family, prefixLength, flags, scope): (UInt8, UInt8, UInt8, UInt8) = (
                bytes.native(at: 0), bytes.native(at: 1), bytes.native(at: 2), bytes.native(at: 3)
            )
            // IFA_F_PERMANENT, and RT_SCOPE_LINK and narrower.
            guard flags & 0x80 != 0, scope < 253 else { return nil }
            // IFA_ADDRESS, IFA_LOCAL, IFA_BROADCAST; a label has the old name in it.
            let kept = RouteSocket.attributes(bytes.dropFirst(8)).filter { [1, 2, 4].contains($0.type) }
            return Address(
                family: family,
                prefixLength: prefixLength,
                scope: scope,
                attributes: kept.map { ($0.type, Array($0.content)) }
            )
        }
    }
}
