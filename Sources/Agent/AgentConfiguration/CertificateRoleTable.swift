import JSONCoding
import PodSpec

/// Roles by the names of client certificates: a mapping in files, `CN:ops=admin,URI:spiffe://…=read` in variables.
enum CertificateRoleTable {
    static let roles = ["admin", "read"]
    private static let kinds = ["CN", "DNS", "URI", "EMAIL"]

    static func read(_ members: [JSONNode.Member]) throws(ConfigurationValueError) -> [String: String] {
        var table: [String: String] = [:]
        var errors: [ConfigurationValueError] = []
        for member in members {
            do throws(ConfigurationValueError) {
                guard let role = member.value.stringValue else {
                    throw ConfigurationValueError("wants admin or read, not \(member.value.kind)")
                }
                try add(member.key, role, to: &table)
            } catch {
                let position = member.value.position
                errors.append(ConfigurationValueError(error.message, suggestion: error.suggestion, position: position))
            }
        }
        guard var first = errors.first else { return table }
        first.others = Array(errors.dropFirst())
        throw first
    }

    static func read(_ text: String) throws(ConfigurationValueError) -> [String: String] {
        var table: [String: String] = [:]
        for part in text.split(separator: ",") {
            // A URI may hold the sign: the last one counts.
            guard let sign = part.lastIndex(of: "=") else {
                throw ConfigurationValueError("\"\(part)\" is not of the form CN:name=role")
            }
            try add(String(part[..<sign]), String(part[part.index(after: sign)...]), to: &table)
        }
        return table
    }

    private static func add(
        _ name: String,
        _ role: String,
        to table: inout [String: String]
    ) throws(ConfigurationValueError) {
        guard let colon = name.firstIndex(of: ":"), kinds.contains(String(name[..<colon])),
            name.index(after: colon) < name.endIndex
        else {
            throw ConfigurationValueError("\"\(name)\" is no name of a certificate such as CN:ops, DNS:… or URI:…")
        }
        guard roles.contains(role) else {
            let near = Nearest.name(to: role, among: roles)
            throw ConfigurationValueError("\"\(role)\" is no role: wants admin or read", suggestion: near)
        }
        table[name] = role
    }
}
