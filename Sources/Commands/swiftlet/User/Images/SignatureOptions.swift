import AgentAPI
import ArgumentParser
import Linux
import OCISpec
import Registry
import Signatures
import Transports

/// Which policy about signatures a copy asks.
struct AdmissionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A policy about signatures in place of the usual one.", valueName: "file"))
    var policy: String?

    @Flag(help: "Ask no policy about signatures.")
    var insecurePolicy = false

    /// Nil: the configuration's.
    func admission() throws -> ImageAdmission? {
        guard policy == nil || !insecurePolicy else { throw ValidationError("--policy and --insecure-policy exclude each other") }
        return insecurePolicy ? .anything : policy.map { ImageAdmission(policy: $0) }
    }
}

/// With what an image is signed at its destination.
struct SigningOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Sign with the sigstore key in this file (PKCS #8 in PEM).", valueName: "file"))
    var signBySigstorePrivateKey: String?

    @Option(help: ArgumentHelp("Sign with this secret key of gpg.", valueName: "fingerprint"))
    var signBy: String?

    @Option(help: ArgumentHelp("The file with the key's passphrase.", valueName: "file"))
    var signPassphraseFile: String?

    @Option(help: ArgumentHelp("The name that is signed; the destination's where none is given.", valueName: "name"))
    var signIdentity: String?

    /// Nil where nothing is to be signed. Reads the key, so that what is wrong with it is told before anything is copied.
    func request(for destination: TransportName) throws -> SigningRequest? {
        guard signBySigstorePrivateKey != nil || signBy != nil else {
            guard signPassphraseFile == nil, signIdentity == nil else { throw ValidationError("there is no key to sign with") }
            return nil
        }
        guard case .registry(let reference) = destination else { throw ValidationError("only what goes to docker:// can be signed") }
        let identity = try signIdentity.map { try ImageReference($0) } ?? reference
        let passphrase = try signPassphraseFile.map { path in
            String(try FileSystem.readText(path).prefix { !$0.isNewline })
        }
        let key = try signBySigstorePrivateKey.map { path in
            do { return try SigstoreKey.privateKey(try FileSystem.read(path, limit: 1 << 20), passphrase: passphrase ?? "") } catch {
                throw SignatureFileError(path: path, problem: "\(error)")
            }
        }
        return SigningRequest(reference: reference, identity: identity.description, key: key, gpgKey: signBy, passphrase: passphrase)
    }
}

/// Signatures that are to be made of an image in a registry.
struct SigningRequest {
    var reference: ImageReference
    var identity: String
    var key: SigstoreKey?
    var gpgKey: String?
    var passphrase: String?

    func sign(_ digest: Digest, _ rooms: TransportRooms) async throws {
        let reader = try SignatureReader.standard(rooms)
        let signer = ImageSigner(reader, creator: "swiftlet \(VersionInfo.current.version)")
        if let key { try await signer.sign(digest, in: reference, as: identity, with: key) }
        if let gpgKey { try await signer.sign(digest, in: reference, as: identity, gpgKey: gpgKey, passphrase: passphrase) }
    }
}

extension SignatureReader {
    /// By the machine's registries.d.
    static func standard(_ rooms: TransportRooms) throws -> SignatureReader {
        let places = try SignaturePlaces.read(rooms.admission.places, builtIn: rooms.admission.lookaside)
        return SignatureReader(places: places, client: rooms.client)
    }
}

/// `swiftlet image sign`.
struct ImageSignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign an image that is in a registry.",
        discussion: """
            A sigstore signature goes beside the image, as cosign and skopeo put it; a simple signature, made by gpg, to the folder that
            containers-registries.d(5) names. The digest that was signed goes to standard output: of several platforms, the index's.

            Examples:
              openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem
              openssl pkey -in key.pem -pubout -out key.pub
              swiftlet image sign --sign-by-sigstore-private-key key.pem registry.example/app:1
              swiftlet image sign --sign-by 5F3D… registry.example/app:1
            """
    )

    @Argument(help: "The image, with or without docker://.")
    var image: String

    @OptionGroup var signing: SigningOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await ImageVerb.reporting {
            let target = try TransportName(image.hasPrefix("docker://") ? image : "docker://\(image)")
            guard case .registry(let reference) = target else { preconditionFailure("it begins with docker://") }
            guard let request = try signing.request(for: target) else { throw ValidationError("there is no key to sign with") }
            let rooms = try ImageVerb.rooms([target], registry, options)
            let digest = try await rooms.client.fetchDocument(reference).descriptor.digest
            try await request.sign(digest, rooms)
            Terminal.write("\(digest)\n")
        }
    }
}

/// `swiftlet image verify`.
struct ImageVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the signatures of an image that is in a registry.",
        discussion: """
            With a key: the names that are signed with it go to standard output, and where there is none that is a failure. Without: what
            the policy says, that pulls ask. Of several platforms, the index is looked at.

            Examples:
              swiftlet image verify --key key.pub registry.example/app:1
              swiftlet image verify --gpg-key team.asc registry.example/app:1
              swiftlet image verify --policy ./policy.json registry.example/app:1
            """
    )

    @Argument(help: "The image, with or without docker://.")
    var image: String

    @Option(help: ArgumentHelp("A sigstore public key in PEM.", valueName: "file"))
    var key: String?

    @Option(help: ArgumentHelp("A file of GPG public keys.", valueName: "file"))
    var gpgKey: String?

    @OptionGroup var admitting: AdmissionOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await ImageVerb.reporting {
            let target = try TransportName(image.hasPrefix("docker://") ? image : "docker://\(image)")
            guard case .registry(let reference) = target else { preconditionFailure("it begins with docker://") }
            let rooms = try ImageVerb.rooms([target], registry, options, admission: try admitting.admission())
            let digest = try await rooms.client.fetchDocument(reference).descriptor.digest
            guard key != nil || gpgKey != nil else {
                try await rooms.admission.admit(reference, digests: [digest], client: rooms.client)
                return Terminal.write("\(digest)\n")
            }
            let reader = try SignatureReader.standard(rooms)
            var names: [String] = []
            if let key {
                let opened = try SigstoreKey.publicKey(try FileSystem.read(key, limit: 1 << 20))
                names += try await reader.names(signedWith: opened, digest, in: reference)
            }
            if let gpgKey {
                let path = gpgKey.hasPrefix("/") ? gpgKey : "\(try FileSystem.readLink("/proc/self/cwd"))/\(gpgKey)"
                names += try await reader.names(signedWith: .files([path]), digest, in: reference)
            }
            guard !names.isEmpty else {
                throw SignatureRefusal(image: reference.description, problem: "no signature of \(digest) is the key's")
            }
            for name in names { Terminal.write("\(name)\n") }
        }
    }
}
