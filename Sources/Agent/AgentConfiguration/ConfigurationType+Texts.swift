import JSONCoding

/// What texts of each type may hold.
extension ConfigurationType {
    static func path(_ path: String) throws(ConfigurationValueError) -> String {
        guard !path.isEmpty else { throw ConfigurationValueError("an empty path names nothing") }
        // What goes to the kernel ends at a NUL.
        guard !path.utf8.contains(0) else { throw ConfigurationValueError("a path must not hold a NUL character") }
        return path
    }

    static func folder(_ text: String) throws(ConfigurationValueError) -> String {
        let path = try path(text)
        // CNI_PATH separates them by colons.
        guard path.hasPrefix("/"), !path.contains(":") else {
            throw ConfigurationValueError("\"\(path)\" must be an absolute path without a colon")
        }
        return path
    }

    static func mountedPath(_ text: String) throws(ConfigurationValueError) -> String {
        let path = try path(text)
        guard path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
            throw ConfigurationValueError("\"\(path)\" must be an absolute path without \"..\"")
        }
        // overlayfs separates its lower directories by colons and its options by commas.
        guard !path.contains(where: { $0 == ":" || $0 == "," }) else {
            throw ConfigurationValueError("\"\(path)\" must not hold a colon or a comma")
        }
        return path
    }

    static func cgroup(_ text: String) throws(ConfigurationValueError) -> String {
        let path = try path(text)
        if path.hasPrefix("/") {
            let parts = path.split(separator: "/")
            guard !parts.isEmpty, !parts.contains(".."), !parts.contains(".") else {
                throw ConfigurationValueError("\"\(path)\" is no path of a cgroup below the root")
            }
            return path
        }
        guard path.hasSuffix(".slice"), path != ".slice", !path.contains("/") else {
            throw ConfigurationValueError("\"\(path)\" is neither an absolute path nor the name of a slice")
        }
        return path
    }

    /// All elements of a list in a file; what is wrong with the second and later ones is told with the first.
    static func list(
        _ elements: [JSONNode],
        of what: String,
        _ check: (String) throws(ConfigurationValueError) -> String
    ) throws(ConfigurationValueError) -> [String] {
        var texts: [String] = []
        var errors: [ConfigurationValueError] = []
        for element in elements {
            guard let text = element.stringValue else {
                let message = "wants \(what), not \(element.kind)"
                errors.append(ConfigurationValueError(message, position: element.position))
                continue
            }
            do throws(ConfigurationValueError) { texts.append(try check(text)) } catch {
                errors.append(ConfigurationValueError(error.message, position: element.position))
            }
        }
        guard var first = errors.first else { return texts }
        first.others = Array(errors.dropFirst())
        throw first
    }

    static func registry(_ text: String) throws(ConfigurationValueError) -> String {
        let wrong = ConfigurationValueError("\"\(text)\" is no host or host:port")
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let address = text[text.index(after: text.startIndex)..<end]
            guard !address.isEmpty, address.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { throw wrong }
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || (rest.hasPrefix(":") && isPort(rest.dropFirst())) else { throw wrong }
            return text
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isHost = parts[0].utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard !parts[0].isEmpty, isHost, parts.count <= 2, parts.count == 1 || isPort(parts[1]) else { throw wrong }
        return text
    }

    /// Numbers below 65536 are the host's own, and the last of 32 bits stands for no id at all.
    static func idRange(_ text: String) throws(ConfigurationValueError) -> String {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) }
        guard parts.count == 2, let first = parts[0], let count = parts[1] else {
            throw ConfigurationValueError("\"\(text)\" is no range of ids such as 65536:6553600")
        }
        guard first >= 65536, count >= 65536, count < 1 << 32, first < 1 << 32, first + count < 1 << 32 else {
            throw ConfigurationValueError("\"\(text)\" is out of range: wants at least 65536 ids between 65536 and 4294967294")
        }
        return text
    }

    static func sysctl(_ text: String) throws(ConfigurationValueError) -> String {
        let name = text.hasSuffix("*") ? text.dropLast() : text[...]
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        // Any other is no pod's to set, allowed or not.
        let isNamespaced = ["net", "kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue"].contains {
            name.hasPrefix($0) || name.hasPrefix($0.replacing(".", with: "/"))
        }
        guard isName, isNamespaced else {
            throw ConfigurationValueError("\"\(text)\" is no kernel parameter of a pod's namespaces (net.*, kernel.msg*, …)")
        }
        return text
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(text) else { return false }
        return port > 0
    }
}
