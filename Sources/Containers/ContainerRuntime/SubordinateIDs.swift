import Glibc
import Linux
import OCISpec

/// The ids that a user may hand out in user namespaces (subuid(5)), and the mapping that follows from them.
enum SubordinateIDs {
    /// The mapping of a user namespace for which the configuration has none: the caller is its root, and what he has of
    /// subordinate ids follows from 1 on, as with crun.
    static func mapping(own: UInt32, file: String) -> [RuntimeSpec.IDMapping] {
        var result = [RuntimeSpec.IDMapping(containerID: 0, hostID: own, size: 1)]
        var next: UInt32 = 1
        for (start, count) in ranges(of: geteuid(), file: file) {
            let size = min(count, UInt32.max - next)
            if size == 0 { break }
            result.append(.init(containerID: next, hostID: start, size: size))
            next += size
        }
        return result
    }

    private static func ranges(of user: UInt32, file: String) -> [(UInt32, UInt32)] {
        let names = [String(user), name(of: user)].compactMap(\.self)
        return lines(of: file).compactMap { fields in
            guard fields.count == 3, names.contains(fields[0]), let start = UInt32(fields[1]),
                let count = UInt32(fields[2]), count > 0
            else { return nil }
            return (start, count)
        }
    }

    /// By the file alone: a static program cannot ask the machine's other sources of users.
    private static func name(of user: UInt32) -> String? {
        lines(of: "/etc/passwd").first { $0.count > 2 && UInt32($0[2]) == user }?[0]
    }

    /// Without the file nothing is handed out.
    private static func lines(of file: String) -> [[String]] {
        guard let text = try? FileSystem.readText(file) else { return [] }
        return text.split(separator: "\n").map { line in
            line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
    }
}

extension RuntimeSpec {
    /// The configuration with the user namespace that it leaves to the runtime: without mappings it gets the caller's, and a
    /// caller who is not root needs one in any case.
    var withUserNamespace: RuntimeSpec {
        var spec = self
        let hasOne = linux?.namespaces?.contains { $0.type == .user } == true
        if !hasOne {
            if geteuid() == 0 { return self }
            spec.linux?.namespaces?.append(.init(.user))
        }
        let isNew = spec.linux?.namespaces?.contains { $0.type == .user && $0.path?.isEmpty != false } == true
        if isNew, linux?.uidMappings?.isEmpty != false, linux?.gidMappings?.isEmpty != false {
            spec.linux?.uidMappings = SubordinateIDs.mapping(own: geteuid(), file: "/etc/subuid")
            spec.linux?.gidMappings = SubordinateIDs.mapping(own: getegid(), file: "/etc/subgid")
        }
        return spec
    }
}
