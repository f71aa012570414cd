import Glibc
import Linux
import NetworkSpec

/// The addresses of one network that are in use: a file each, named after the address, with the UID of the pod in it.
///
/// The file is made with O_EXCL: whoever makes it has the address, also among several processes. Changes are made under a lock on
/// the folder, so that nobody takes a lease that is being written, or was just given again, for one that is left over.
package struct AddressLeases {
    private let path: String
    /// What is known to be leased; the folder has the last word.
    private var taken: Set<IPAddress>
    /// The last address of each subnet that was given out. The next one comes after it, so that an address rests as long
    /// as possible before somebody else has it.
    private var last: [IPPrefix: IPAddress] = [:]

    /// Opens the folder of a network, made if it is missing.
    package init(_ path: String) throws {
        self.path = path
        try FileSystem.makeDirectories(path, mode: 0o700)
        taken = Set(try FileSystem.list(path).compactMap { IPAddress($0) })
    }

    /// Finds an address that is free, without leasing it; nil where the range is used up.
    ///
    /// - Parameter foreign: Those that others have who take no leases.
    package mutating func free(in subnet: NetworkDefinition.Subnet, except foreign: Set<IPAddress> = []) -> IPAddress? {
        let hosts = subnet.subnet.hosts
        let first = max(subnet.leaseRange?.start ?? hosts.lowerBound, hosts.lowerBound)
        let end = min(subnet.leaseRange?.end ?? hosts.upperBound, hosts.upperBound)
        guard first <= end else { return nil }
        var candidate = last[subnet.subnet].flatMap(\.successor) ?? first
        // Each round passes an address that is taken, or the gateway: after as many as there are, all have been seen.
        for _ in 0...(taken.count + foreign.count + 1) {
            if candidate > end || candidate < first { candidate = first }
            if candidate != subnet.gateway && !taken.contains(candidate) && !foreign.contains(candidate) { return candidate }
            candidate = candidate.successor ?? first
        }
        return nil
    }

    /// Leases an address; false where somebody has it.
    package mutating func lease(_ address: IPAddress, in subnet: IPPrefix, to podUID: String) throws(SystemError) -> Bool {
        guard try claim(address, for: podUID) else { return false }
        last[subnet] = address
        return true
    }

    /// Leases again what a pod has whose lease somebody has deleted. Where another pod has the address by now, that stays so.
    package mutating func restore(_ address: IPAddress, to podUID: String) throws(SystemError) {
        // Asked of the folder: who deletes a file there tells nobody.
        if try holder(of: address) == nil { _ = try claim(address, for: podUID) }
    }

    private mutating func claim(_ address: IPAddress, for podUID: String) throws(SystemError) -> Bool {
        taken.insert(address)
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        do throws(SystemError) {
            let file = try Descriptor.open("\(path)/\(address)", O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
            try file.writeAll(Array(podUID.utf8))
        } catch {
            guard error.errno == EEXIST else { throw error }
            return false
        }
        return true
    }

    /// Gives an address back, if the pod has it.
    package mutating func release(_ address: IPAddress, of podUID: String) throws {
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        switch try holder(of: address) {
        case podUID: try FileSystem.removeFile("\(path)/\(address)")
        // Somebody has deleted the lease: the address is free all the same.
        case nil: break
        default: return
        }
        taken.remove(address)
    }

    /// Gives back what the pods that are not among the given have.
    package mutating func retain(only podUIDs: Set<String>) throws {
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        for name in try FileSystem.list(path) {
            guard let address = IPAddress(name) else { continue }
            // Empty: its maker was killed between the two steps, and its pod's record leads to it as well.
            if let holder = try holder(of: address), !podUIDs.contains(holder) {
                try FileSystem.removeFile("\(path)/\(name)")
                taken.remove(address)
            }
        }
    }

    /// Who has what, by the folder. An empty holder was killed before it had written itself down.
    package func holders() throws -> [IPAddress: String] {
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        var holders: [IPAddress: String] = [:]
        for address in try FileSystem.list(path).compactMap({ IPAddress($0) }) { holders[address] = try holder(of: address) }
        return holders
    }

    /// Keeps others out as long as what it gives lives; a process that is killed lets go.
    private func lock() throws(SystemError) -> Lock {
        while true {
            if let lock = try tryLock() { return lock }
        }
    }

    /// Nil where another process, which had the network's last pod, has removed the folder meanwhile.
    private func tryLock() throws(SystemError) -> Lock? {
        try FileSystem.makeDirectories(path, mode: 0o700)
        do throws(SystemError) {
            let folder = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
            try retrying("flock", path) { flock(folder.rawValue, LOCK_EX) }
            var status = stat()
            try retrying("fstat", path) { fstat(folder.rawValue, &status) }
            return status.st_nlink > 0 ? Lock(folder) : nil
        } catch {
            guard error.errno == ENOENT else { throw error }
            return nil
        }
    }

    /// Removes the folder; refused where a lease is left.
    package func removeFolder() throws(SystemError) {
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        try FileSystem.removeDirectory(path)
    }

    private final class Lock {
        private let folder: Descriptor
        init(_ folder: consuming Descriptor) { self.folder = folder }
    }

    private func holder(of address: IPAddress) throws(SystemError) -> String? {
        do throws(SystemError) {
            return String(decoding: try FileSystem.read("\(path)/\(address)", limit: 4096), as: UTF8.self)
        } catch {
            guard error.errno == ENOENT else { throw error }
            return nil
        }
    }
}
