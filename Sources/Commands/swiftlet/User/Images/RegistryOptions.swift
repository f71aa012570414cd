import AgentAPI
import AgentClient
import AgentState
import ArgumentParser
import Glibc
import ImageStore
import OCISpec
import Registry
import Signatures
import Transports

/// How a command that asks registries itself does so.
struct RegistryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A file of credentials in place of the usual ones.", valueName: "file"))
    var authfile: String?

    @Option(help: ArgumentHelp("User and password for registries.", valueName: "user:password"))
    var creds: String?

    @Option(help: ArgumentHelp("false: registries need no good certificate, or none.", valueName: "bool"))
    var tlsVerify: Bool?

    @Option(help: ArgumentHelp("A folder with a folder of certificates for each host.", valueName: "dir"))
    var certDir: String?

    /// How registries are spoken to; `hosts` are those that the command names.
    func configuration(_ hosts: [String], insecure: [String]) -> RegistryConfiguration {
        var configuration = RegistryConfiguration()
        configuration.insecureHosts = Set(insecure)
        configuration.warn = { Terminal.writeError("Warning: \($0)\n") }
        if let authfile { configuration.credentialFiles = [authfile] }
        if let certDir { configuration.certificateFolders = [certDir] }
        if tlsVerify == false { configuration.unverifiedHosts = Set(hosts) }
        return configuration
    }

    /// What the command line says to be let in with.
    func credentials() throws -> RegistryCredentials? {
        guard let creds else { return nil }
        guard let colon = creds.firstIndex(of: ":") else { throw ValidationError("--creds: expected user:password") }
        return .password(Credentials(user: String(creds[..<colon]), password: String(creds[creds.index(after: colon)...])))
    }

    /// A client for registries.
    func client(_ configuration: RegistryConfiguration) throws -> RegistryClient {
        let client = RegistryClient(configuration: configuration)
        return try credentials().map(client.authenticated) ?? client
    }

    var authFile: AuthFile { authfile.map(AuthFile.init(path:)) ?? .standard() }
}

/// A command that works on images by itself: no agent is asked, one that runs sees what changes in the store.
enum ImageVerb {
    /// The rooms that transports need.
    static func rooms(
        _ names: [TransportName],
        _ registry: RegistryOptions,
        _ options: ConfigurationOptions,
        admission given: ImageAdmission? = nil
    ) throws -> TransportRooms {
        let (settings, paths) = try options.sources().loadOrExit()
        let hosts = names.compactMap { name -> String? in
            guard case .registry(let reference) = name else { return nil }
            return reference.registry
        }
        let configuration = registry.configuration(hosts, insecure: settings.insecureRegistries)
        let admission = given ?? .standard(settings.signaturePolicy)
        var rooms = TransportRooms(client: try registry.client(configuration), storeLayout: paths.images) {
            try await store(at: paths, configuration, admission)
        }
        rooms.admission = admission
        return rooms
    }

    /// The same where only the root of the state may be another.
    static func rooms(_ names: [TransportName], _ registry: RegistryOptions, root: String?) throws -> TransportRooms {
        var options = ConfigurationOptions()
        (options.config, options.root, options.runRoot, options.logRoot) = (nil, root, nil, nil)
        (options.cgroupDriver, options.cgroupParent) = (nil, nil)
        return try rooms(names, registry, options)
    }

    /// Opens the store that the configuration names.
    static func store(_ options: ConfigurationOptions, _ registry: RegistryConfiguration = RegistryConfiguration()) async throws -> ImageStore {
        let (settings, paths) = try options.sources().loadOrExit()
        return try await store(at: paths, registry, .standard(settings.signaturePolicy))
    }

    /// Opens the store of a state folder, which may be of this version or an earlier one.
    static func store(
        at paths: AgentPaths,
        _ registry: RegistryConfiguration,
        _ admission: ImageAdmission
    ) async throws -> ImageStore {
        try StateFolder(root: paths.root, runRoot: nil, program: VersionInfo.current.version).open()
        var configuration = ImageStore.Configuration(imagesDirectory: paths.images, layersDirectory: paths.layers)
        configuration.registry = registry
        configuration.admission = admission
        return try await ImageStore.open(configuration)
    }

    /// Runs a command's work; what went wrong is told on standard error and becomes the exit status.
    static func reporting<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let error as ExitCode {
            throw error
        } catch let error as ValidationError {
            throw error
        } catch {
            let told = Self.fault(error)
            Terminal.writeError(FaultText.text(of: told))
            throw ExitCode(told.code.exitStatus)
        }
    }

    private static func fault(_ error: any Error) -> Fault {
        switch error {
        case let fault as Fault: fault
        case let error as RegistryError: Fault(code(error), error.description, reason: "RegistryFailed")
        case let error as ImageError where error.kind != .signatureRefused:
            Fault(error.kind == .notFound ? .notFound : .invalid, error.description, reason: "ImageFailed")
        case let error as SignatureRefusal: Fault(.forbidden, error.description, reason: "ImageSignatureRefused")
        case let error as ImageError:
            Fault(.forbidden, error.description, reason: "ImageSignatureRefused")
        case let error as TransportError: Fault(.invalid, error.description, reason: "ImageFailed")
        default: Fault(.invalid, "\(error)", reason: "ImageFailed")
        }
    }

    private static func code(_ error: RegistryError) -> Fault.Code {
        switch error.reason {
        case .notFound: .notFound
        case .unauthorized, .denied, .blocked: .forbidden
        default: .invalid
        }
    }
}
