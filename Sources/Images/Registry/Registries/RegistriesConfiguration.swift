import Glibc
import Linux
import OCISpec
import TOMLCoding

/// What an administrator says of registries: mirrors, other locations, whom not to ask (containers-registries.conf(5)).
public struct RegistriesConfiguration: Sendable {
    var entries: [RegistriesFile.Entry] = []
    var aliases: [String: String] = [:]
    /// Where names without a registry are looked for, in that order. Nobody: docker's.
    public internal(set) var searched: [String] = []
    var credentialHelpers: [String] = []

    public init() {}

    /// The files of a machine: the main one, and the folders whose `.conf` files go on with it by name.
    public struct Files: Sendable, Hashable {
        public var main: String?
        public var folders: [String]

        public init(main: String?, folders: [String] = []) {
            self.main = main
            self.folders = folders
        }

        /// None at all.
        public static let none = Files(main: nil)

        /// Where podman, skopeo and buildah look.
        public static func standard() -> Files {
            func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
            if let path = variable("CONTAINERS_REGISTRIES_CONF") ?? variable("REGISTRIES_CONFIG_PATH") { return Files(main: path) }
            var files = Files(main: "/etc/containers/registries.conf", folders: ["/etc/containers/registries.conf.d"])
            if geteuid() != 0, let home = variable("HOME") {
                let own = "\(home)/.config/containers/registries.conf"
                if FileSystem.exists(own) { files.main = own }
                files.folders.append("\(home)/.config/containers/registries.conf.d")
            }
            return files
        }

        /// Those that are there, in the order in which they are read.
        func paths() throws(SystemError) -> [String] {
            var paths = main.map { FileSystem.exists($0) ? [$0] : [] } ?? []
            for folder in folders where FileSystem.exists(folder) {
                paths += try FileSystem.list(folder).filter { $0.hasSuffix(".conf") }.sorted().map { "\(folder)/\($0)" }
            }
            return paths
        }
    }

    /// Reads files; what a later one says of a prefix, an alias or the search goes before what an earlier one did.
    ///
    /// Throws `RegistriesError` with the file and the position: to go on without could mean to ask somebody who is blocked.
    package static func read(_ paths: [String]) throws(RegistriesError) -> RegistriesConfiguration {
        var result = RegistriesConfiguration()
        for path in paths {
            let file: RegistriesFile
            do {
                file = try TOML.decode(RegistriesFile.self, from: try FileSystem.read(path, limit: TOML.sizeLimit))
            } catch {
                throw RegistriesError(path: path, problem: "\(error)")
            }
            if let searched = file.searched { result.searched = searched }
            if let helpers = file.credentialHelpers { result.credentialHelpers = helpers }
            result.aliases.merge(file.aliases ?? [:]) { $1 }
            for entry in file.registry ?? [] {
                guard !entry.scope.isEmpty else {
                    throw RegistriesError(path: path, problem: "a registry with neither prefix nor location")
                }
                guard entry.scope.hasPrefix("*.") || entry.location?.isEmpty != true else {
                    throw RegistriesError(path: path, problem: "the location of \(entry.scope) is empty")
                }
                result.entries.removeAll { $0.scope == entry.scope }
                result.entries.append(entry)
            }
        }
        // An empty alias takes an earlier one back.
        result.aliases = result.aliases.filter { !$0.value.isEmpty }
        return result
    }
}

/// A file about registries that cannot be used.
public struct RegistriesError: Error, Sendable, Hashable, CustomStringConvertible {
    public var path: String
    public var problem: String

    public var description: String { "\(path): \(problem)" }
}
