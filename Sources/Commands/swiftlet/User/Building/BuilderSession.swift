import AgentAPI
import AgentClient
import ArgumentParser
import Builder
import Glibc
import ImageStore
import Linux
import Registry

/// A builder on this machine's store, for one command.
enum BuilderSession {
    /// Runs `body`, brings to the disk what it made, and tells what went wrong as every command does.
    static func run<Result: Sendable>(
        _ options: ConfigurationOptions,
        helpers: String?,
        isQuiet: Bool = false,
        _ body: (ImageBuilder) async throws -> Result
    ) async throws -> Result {
        let (settings, paths) = try options.sources().loadOrExit()
        do {
            var registry = RegistryConfiguration()
            registry.insecureHosts = Set(settings.insecureRegistries)
            let store = try await ImageVerb.store(at: paths, registry, .standard(settings.signaturePolicy))
            var configuration = ImageBuilder.Configuration(
                store: store,
                runtime: try HelperPrograms(directory: helpers).runtime,
                runFolder: "\(paths.runRoot)/build",
                stateFolder: "\(paths.root)/build"
            )
            let null = isQuiet ? open("/dev/null", O_WRONLY | O_CLOEXEC) : 2
            configuration.output = null
            let result = try await body(try ImageBuilder(configuration))
            try await store.close()
            return result
        } catch {
            throw failure(error)
        }
    }

    /// Tells an error and answers how the command ends.
    static func failure(_ error: any Error) -> any Error {
        if error is ExitCode { return error }
        let reason: String
        switch error {
        case let error as BuildError: reason = error.kind.rawValue
        case let error as ImageError: reason = error.kind.rawValue
        case is ContainerfileError: reason = "invalidContainerfile"
        default: reason = "buildFailed"
        }
        let fault = Fault(.invalid, "\(error)", reason: reason.prefix(1).uppercased() + reason.dropFirst())
        Terminal.writeError(FaultText.text(of: fault))

        return ExitCode(1)
    }
}

extension Terminal {
    /// Runs something that reads what is to be built.
    static func reportingBuild<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch { throw BuilderSession.failure(error) }
    }
}

/// Shows on standard error how far a build is.
struct BuildDisplay: Sendable {
    let isQuiet: Bool

    func show(_ event: BuildEvent) {
        switch event {
        case .warning(let text): Terminal.writeError("warning: \(text)\n")
        case _ where isQuiet: return
        case .step(let number, let count, let text): Terminal.writeError("STEP \(number)/\(count): \(text)\n")
        case .cached: Terminal.writeError("--> cached\n")
        case .committed(let name): Terminal.writeError("COMMIT \(name)\n")
        }
    }
}
