/// What passwd(5) and group(5) say, as far as a container's user is concerned. Lines that are malformed do not count.
struct UserDatabase {
    struct User {
        var name: String
        var userID: UInt32
        var groupID: UInt32
        var home: String
    }

    struct Group {
        var name: String
        var groupID: UInt32
        var members: [String]
    }

    let users: [User]
    let groups: [Group]

    init(passwd: [UInt8], group: [UInt8]) {
        users = Self.lines(passwd).compactMap { fields in
            guard fields.count >= 4, let user = UInt32(fields[2]), let group = UInt32(fields[3]) else { return nil }
            return User(name: fields[0], userID: user, groupID: group, home: fields.count > 5 ? fields[5] : "")
        }
        groups = Self.lines(group).compactMap { fields in
            guard fields.count >= 3, let group = UInt32(fields[2]) else { return nil }
            let members = fields.count > 3 ? fields[3].split(separator: ",").map(String.init) : []
            return Group(name: fields[0], groupID: group, members: members)
        }
    }

    private static func lines(_ bytes: [UInt8]) -> [[String]] {
        bytes.split(separator: UInt8(ascii: "\n")).map { line in
            line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }
}
