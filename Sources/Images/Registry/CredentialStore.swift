import Glibc
import JSONCoding
import Linux
import OCISpec

/// Credentials from files in docker's format (containers-auth.json(5)); they are read anew for every question, so that a
/// login takes effect at once.
struct CredentialStore: Sendable {
    private struct File: Decodable {
        var auths: [String: CredentialEntry]?
        /// Of some registries, the helper that knows their credentials.
        var credHelpers: [String: String]?
        /// The helper of all others.
        var credsStore: String?
    }

    private static let sizeLimit = 1 << 20

    var files: [String]
    /// Helpers that are asked after the files (registries.conf's `credential-helpers`).
    var helpers: [String] = []

    /// Where podman, skopeo and docker look, in that order.
    static func defaultFiles() -> [String] {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        if let file = variable("REGISTRY_AUTH_FILE") { return [file] }
        var files: [String] = []
        if let directory = variable("XDG_RUNTIME_DIR") { files.append("\(directory)/containers/auth.json") }
        files.append("/run/containers/\(geteuid())/auth.json")
        files.append("/etc/containers/auth.json")
        if let home = variable("HOME") {
            files += ["\(home)/.config/containers/auth.json", "\(home)/.docker/config.json"]
        }
        return files
    }

    /// The credentials for a repository: the most specific key of the first file that has one.
    ///
    /// Throws `RegistryError` for a file that is there and cannot be read: going on without would look like a refusal.
    func credentials(for reference: ImageReference) async throws(RegistryError) -> RegistryCredentials? {
        for path in files {
            guard let bytes = try read(path, for: reference) else { continue }
            let file: File
            do {
                file = try JSON.decode(File.self, from: bytes)
            } catch {
                // The parser's error may quote the text, and with it a secret.
                throw failure("\(path) is no credentials file", reference)
            }
            if let helper = file.credHelpers?[reference.registry],
                let found = try await CredentialProgram(helper).credentials(of: reference.registry)
            {
                return found
            }
            for key in Self.keys(reference) {
                if let entry = file.auths?[key], let found = try Self.credentials(of: entry, path, reference) {
                    return found
                }
            }
            if let helper = file.credsStore, !helper.isEmpty,
                let found = try await CredentialProgram(helper).credentials(of: reference.registry)
            {
                return found
            }
        }
        for helper in helpers where helper != "containers-auth.json" {
            if let found = try await CredentialProgram(helper).credentials(of: reference.registry) { return found }
        }
        return nil
    }

    private func read(_ path: String, for reference: ImageReference) throws(RegistryError) -> [UInt8]? {
        do {
            return try FileSystem.read(path, limit: Self.sizeLimit)
        } catch {
            if error.errno == ENOENT || error.errno == ENOTDIR { return nil }
            throw failure("\(path): \(error.message)", reference)
        }
    }

    private static func credentials(
        of entry: CredentialEntry,
        _ path: String,
        _ reference: ImageReference
    ) throws(RegistryError) -> RegistryCredentials? {
        do throws(CredentialEntry.Malformed) { return try entry.registryCredentials() } catch {
            throw RegistryError(
                subject: reference.name,
                reason: .authenticationProtocol("the entry for \(reference.registry) in \(path) is malformed")
            )
        }
    }

    /// `host/a/b`, `host/a`, `host`, and how docker writes its own registry.
    private static func keys(_ reference: ImageReference) -> [String] {
        var parts = reference.repository.split(separator: "/")
        var keys: [String] = []
        while !parts.isEmpty {
            keys.append("\(reference.registry)/\(parts.joined(separator: "/"))")
            parts.removeLast()
        }
        keys += [reference.registry, "https://\(reference.registry)", "http://\(reference.registry)"]
        if reference.registry == ImageReference.defaultRegistry {
            keys += ["https://index.docker.io/v1/", "index.docker.io"]
        }
        return keys
    }

    private func failure(_ text: String, _ reference: ImageReference) -> RegistryError {
        RegistryError(subject: reference.name, reason: .authenticationProtocol(text))
    }
}
