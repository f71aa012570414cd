import JSONCoding

/// What the key `runtimes` says: programs by the names under which pods ask for them, as a mapping in files and as
/// `name=path,…` in variables.
enum RuntimeTable {
    static func read(_ members: [JSONNode.Member]) throws(ConfigurationValueError) -> [String: String] {
        var table: [String: String] = [:]
        var errors: [ConfigurationValueError] = []
        for member in members {
            do throws(ConfigurationValueError) {
                guard let path = member.value.stringValue else {
                    throw ConfigurationValueError("wants a path, not \(member.value.kind)")
                }
                try add(member.key, path, to: &table)
            } catch {
                errors.append(ConfigurationValueError(error.message, position: member.value.position))
            }
        }
        guard var first = errors.first else { return table }
        first.others = Array(errors.dropFirst())
        throw first
    }

    static func read(_ text: String) throws(ConfigurationValueError) -> [String: String] {
        var table: [String: String] = [:]
        for part in text.split(separator: ",") {
            guard let sign = part.firstIndex(of: "=") else {
                throw ConfigurationValueError("\"\(part)\" is not of the form name=path")
            }
            try add(String(part[..<sign]), String(part[part.index(after: sign)...]), to: &table)
        }
        return table
    }

    private static func add(_ name: String, _ path: String, to table: inout [String: String]) throws(ConfigurationValueError) {
        let isName = !name.isEmpty && name.utf8.count <= 63 && name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isName else { throw ConfigurationValueError("\"\(name)\" is no name that a RuntimeClass could have") }
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw ConfigurationValueError("\"\(path)\" must be an absolute path")
        }
        table[name] = path
    }
}
