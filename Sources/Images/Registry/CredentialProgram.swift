import Glibc
import JSONCoding
import Linux

/// A program that keeps credentials: `docker-credential-NAME`, which speaks JSON on its standard streams
/// (docker-credential-helpers' protocol).
struct CredentialProgram: Sendable {
    private struct Answer: Codable {
        var serverURL: String?
        var username: String
        var secret: String

        enum CodingKeys: String, CodingKey {
            case serverURL = "ServerURL"
            case username = "Username"
            case secret = "Secret"
        }
    }

    private static let answerLimit = 1 << 20
    private static let folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    private let name: String

    init(_ name: String) { self.name = name }

    /// What the helper has for a registry; nil where it has nothing. Throws where there is no such helper or it fails.
    func credentials(of registry: String) async throws(RegistryError) -> RegistryCredentials? {
        let (status, output) = try await run("get", Array(registry.utf8), registry)
        guard status == .exited(0) else {
            // The protocol has no code for this, only words.
            if String(decoding: output, as: UTF8.self).contains("credentials not found") { return nil }
            throw failure("failed (\(status))", registry)
        }
        // The parser's error may quote the text, and with it the secret.
        guard let answer = try? JSON.decode(Answer.self, from: output) else { throw failure("gave no credentials", registry) }
        return answer.username == "<token>"
            ? .identityToken(answer.secret) : .password(Credentials(user: answer.username, password: answer.secret))
    }

    /// Gives the helper credentials to keep.
    func store(_ credentials: Credentials, for registry: String) async throws(RegistryError) {
        let answer = Answer(serverURL: registry, username: credentials.user, secret: credentials.password)
        guard let input = try? JSON.encode(answer) else { throw failure("cannot be given such credentials", registry) }
        let (status, _) = try await run("store", input, registry)
        guard status == .exited(0) else { throw failure("failed (\(status))", registry) }
    }

    /// Lets the helper forget what it has for a registry.
    func erase(_ registry: String) async throws(RegistryError) {
        let (status, _) = try await run("erase", Array(registry.utf8), registry)
        guard status == .exited(0) else { throw failure("failed (\(status))", registry) }
    }

    private func failure(_ problem: String, _ registry: String) -> RegistryError {
        RegistryError(subject: registry, reason: .authenticationProtocol("the credential helper \(name) \(problem)"))
    }

    private func run(_ verb: String, _ input: [UInt8], _ registry: String) async throws(RegistryError) -> (ExitStatus, [UInt8]) {
        // The name comes from a file and becomes a part of a path.
        guard !name.isEmpty, !name.contains("/") else { throw failure("has no name of a program", registry) }
        let variable = getenv("PATH").map { String(cString: $0) }
        let search = variable?.split(separator: ":").map(String.init) ?? Self.folders
        let file = "docker-credential-\(name)"
        let programs: [String] = search.map { "\($0)/\(file)" }
        guard let program = programs.first(where: { access($0, X_OK) == 0 }) else {
            throw failure("is not installed: there is no \(file)", registry)
        }
        do {
            return try await onThread(named: "credentials") { try Self.run(program, verb, input) }
        } catch {
            throw failure("cannot be run: \(error)", registry)
        }
    }

    private static func run(_ program: String, _ verb: String, _ input: [UInt8]) throws -> (ExitStatus, [UInt8]) {
        // In a memory file: a helper that does not read must not make us wait.
        let source = try Descriptor.memoryFile(named: "credentials")
        try source.writeAll(input)
        _ = lseek(source.rawValue, 0, SEEK_SET)
        let pipe = try Descriptor.pipe(flags: O_CLOEXEC)
        let child = ChildProcess(executable: program, arguments: [verb], environment: nil, workingDirectory: "/")
        let write = pipe.write
        let process = try child.spawn([0: source.rawValue, 1: write.rawValue, 2: 2])
        // Ours would keep the stream from ending.
        try write.close()
        let output = try pipe.read.readToEnd(limit: answerLimit)
        guard let status = try process.wait() else { preconditionFailure("waitid(2) blocks until the end") }
        return (status, output)
    }
}
