import JSONCoding

/// One file in the form of containers-registries.conf(5), version 2.
struct RegistriesFile: Decodable, Sendable {
    /// What is said of a prefix.
    struct Entry: Decodable, Sendable {
        var prefix: String?
        var location: String?
        var insecure: Bool?
        var blocked: Bool?
        var mirrorByDigestOnly: Bool?
        var mirror: [Mirror]?

        enum CodingKeys: String, CodingKey {
            case prefix, location, insecure, blocked, mirror
            case mirrorByDigestOnly = "mirror-by-digest-only"
        }

        /// What names begin with that this is about.
        var scope: String { prefix ?? location ?? "" }
    }

    struct Mirror: Decodable, Sendable {
        enum PullKind: String, Decodable, Sendable {
            case all
            case digestOnly = "digest-only"
            case tagOnly = "tag-only"
        }

        var location: String
        var insecure: Bool?
        var pullFrom: PullKind?

        enum CodingKeys: String, CodingKey {
            case location, insecure
            case pullFrom = "pull-from-mirror"
        }
    }

    enum ShortNameMode: String, Decodable, Sendable {
        case enforcing, permissive, disabled
    }

    var searched: [String]?
    var shortNameMode: ShortNameMode?
    var credentialHelpers: [String]?
    var registry: [Entry]?
    var aliases: [String: String]?

    enum CodingKeys: String, CodingKey {
        case searched = "unqualified-search-registries"
        case shortNameMode = "short-name-mode"
        case credentialHelpers = "credential-helpers"
        case registry, aliases
    }
}
