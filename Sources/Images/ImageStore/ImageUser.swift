import Linux
import OCISpec

/// The user that a container runs as.
public struct ImageUser: Sendable, Hashable {
    public var userID: UInt32
    public var groupID: UInt32
    /// Groups that the image's /etc/group gives the user beside the first one.
    public var additionalGroups: [UInt32]
    /// The name in the image's /etc/passwd, where it has one.
    public var name: String?
    /// The home folder in the image's /etc/passwd.
    public var home: String?

    public init(userID: UInt32, groupID: UInt32, additionalGroups: [UInt32], name: String?, home: String?) {
        self.userID = userID
        self.groupID = groupID
        self.additionalGroups = additionalGroups
        self.name = name
        self.home = home
    }
}

extension ImageStore {
    private static let databaseLimit = 4 << 20

    /// Finds out who a user is by an image's own /etc/passwd and /etc/group.
    ///
    /// `specification` is what an image's `USER` or a pod's runAsUser says: `""` (root), `user`, `uid`, `user:group`,
    /// `uid:gid` and the like; docker's rules. Throws an `ImageError` when a name is not there. Blocks the thread for
    /// as long as two small files take.
    public nonisolated func user(_ specification: String, in image: StoredImage) throws -> ImageUser {
        try user(specification, inLayers: image.layerDirectories, of: image.reference)
    }

    /// The same for whoever has kept only the layers' folders, the bottom one first, and the image's name for messages.
    public nonisolated func user(
        _ specification: String,
        inLayers directories: [String],
        of reference: String
    ) throws -> ImageUser {
        do {
            let stack = LayerStack(directories: directories)
            let database = UserDatabase(
                passwd: try stack.read("etc/passwd", limit: Self.databaseLimit) ?? [],
                group: try stack.read("etc/group", limit: Self.databaseLimit) ?? []
            )
            return try database.user(specification, image: reference)
        } catch {
            throw ImageError.mapping(error, image: reference)
        }
    }
}

extension UserDatabase {
    /// The largest number that is a user or a group; one more means "leave it" to chown(2).
    private static let largest = UInt32.max - 1

    func user(_ specification: String, image: String) throws -> ImageUser {
        func missing(_ what: String, _ name: String) -> ImageError {
            ImageError(.invalidImage, image: image, message: "the image has no \(what) \"\(name)\"")
        }
        let parts = specification.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let userPart = parts.first.map(String.init) ?? ""
        let groupPart = parts.count == 2 ? String(parts[1]) : ""
        let number = UInt32(userPart.isEmpty ? "0" : userPart)
        // A name of digits is still a name first.
        let entry = users.first { $0.name == userPart } ?? users.first { $0.userID == number }
        guard let userID = entry?.userID ?? number, userID <= Self.largest else { throw missing("user", userPart) }
        var user = ImageUser(
            userID: userID,
            groupID: entry?.groupID ?? 0,
            additionalGroups: [],
            name: entry?.name,
            home: entry?.home
        )
        if groupPart.isEmpty {
            if let name = entry?.name {
                user.additionalGroups = groups.filter { $0.members.contains(name) && $0.groupID != user.groupID }
                    .map(\.groupID)
            }
            return user
        }
        let groupID = groups.first { $0.name == groupPart }?.groupID ?? UInt32(groupPart)
        guard let groupID, groupID <= Self.largest else { throw missing("group", groupPart) }
        user.groupID = groupID
        return user
    }
}
