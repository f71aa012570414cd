import AgentAPI
import ArgumentParser
import Glibc
import OCISpec
import Registry

/// `swiftlet login`.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Log in at a registry: its credentials are tried and kept.",
        discussion: """
            They go to auth.json, where podman, skopeo and swiftlet look for them; or to the credential helper that it names. Without
            --username and a password they are asked for.

            Examples:
              swiftlet login registry.example:5000
              swiftlet login -u me --password-stdin registry.example < password
              swiftlet login --get-login registry.example
            """
    )

    @Argument(help: "The registry.")
    var server: String

    @Option(name: .shortAndLong, help: "The user.")
    var username: String?

    @Option(name: .shortAndLong, help: "The password; others see it in the list of processes.")
    var password: String?

    @Flag(help: "Read the password from standard input.")
    var passwordStdin = false

    @Flag(help: "Only tell who is logged in.")
    var getLogin = false

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await ImageVerb.reporting {
            if getLogin {
                guard let user = try await registry.authFile.user(of: server) else {
                    throw Fault(.notFound, "nobody is logged in at \(server)", reason: "NotLoggedIn")
                }
                return Terminal.write("\(user)\n")
            }
            let credentials = Credentials(user: try user(), password: try secret())
            let (settings, _) = try options.sources().loadOrExit()
            let client = try registry.client(registry.configuration([server], insecure: settings.insecureRegistries))
            try await client.authenticated(with: .password(credentials)).checkAccess(to: server)
            try await registry.authFile.store(credentials, for: server)
            Terminal.write("Logged in at \(server)\n")
        }
    }

    private func user() throws -> String {
        if let username { return username }
        guard !passwordStdin, isatty(STDIN_FILENO) == 1 else { throw ValidationError("--username is missing") }
        Terminal.writeError("Username: ")
        guard let line = readLine(), !line.isEmpty else { throw ValidationError("no user was given") }
        return line
    }

    private func secret() throws -> String {
        if let password { return password }
        if passwordStdin {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else { throw ValidationError("no password on standard input") }
            return line
        }
        guard isatty(STDIN_FILENO) == 1, let typed = getpass("Password: ") else {
            throw ValidationError("no password: give --password-stdin")
        }
        return String(cString: typed)
    }
}

/// `swiftlet logout`.
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Forget the credentials of a registry.",
        discussion: """
            Examples:
              swiftlet logout registry.example:5000
              swiftlet logout --all
            """
    )

    @Argument(help: "The registry.")
    var server: String?

    @Flag(name: .shortAndLong, help: "Of all registries.")
    var all = false

    @OptionGroup var registry: RegistryOptions

    func validate() throws {
        guard (server == nil) == all else { throw ValidationError("expected a registry, or --all") }
    }

    func run() async throws {
        try await ImageVerb.reporting {
            guard try await registry.authFile.remove(server) else {
                throw Fault(.notFound, "nobody is logged in" + (server.map { " at \($0)" } ?? ""), reason: "NotLoggedIn")
            }
            Terminal.write("Logged out" + (server.map { " of \($0)" } ?? "") + "\n")
        }
    }
}
