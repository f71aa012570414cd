import Glibc
import Linux
import OCISpec
import Registry

/// The gate that images pass on their way in: a machine's policy and its files about signatures.
///
/// The files are read anew for every image, so that a change takes effect at once.
public struct ImageAdmission: Sendable, Hashable {
    private static let sizeLimit = 4 << 20

    /// The policy's file; nil: nothing is asked for.
    public var policy: String?
    /// Whether a policy that is not there lets everything in; of one that somebody named, it lets in nothing.
    public var mayBeAbsent: Bool
    /// The folder of registries.d.
    public var places: String
    /// Where simple signatures lie if registries.d says nothing.
    public var lookaside: String

    public init(policy: String?, mayBeAbsent: Bool = false, places: String? = nil, lookaside: String? = nil) {
        let home = geteuid() == 0 ? nil : getenv("HOME").map { String(cString: $0) }
        self.policy = policy
        self.mayBeAbsent = mayBeAbsent
        let own = home.map { "\($0)/.config/containers/registries.d" }.flatMap { FileSystem.exists($0) ? $0 : nil }
        self.places = places ?? own ?? "/etc/containers/registries.d"
        self.lookaside = lookaside ?? "file://" + (home.map { "\($0)/.local/share/containers/sigstore" } ?? "/var/lib/containers/sigstore")
    }

    /// The file that is named, or else the machine's.
    public static func standard(_ named: String? = nil) -> ImageAdmission {
        if let named { return ImageAdmission(policy: named) }
        if geteuid() != 0, let home = getenv("HOME").map({ String(cString: $0) }) {
            let own = "\(home)/.config/containers/policy.json"
            if FileSystem.exists(own) { return ImageAdmission(policy: own) }
        }
        return ImageAdmission(policy: "/etc/containers/policy.json", mayBeAbsent: true)
    }

    /// Nothing is asked for.
    public static let anything = ImageAdmission(policy: nil)

    /// What an image of a registry must have. Throws where the policy refuses it by its name, or cannot be used.
    public func terms(for reference: ImageReference) throws(SignatureRefusal) -> SignaturePolicy.Terms {
        try terms(transport: "docker", scopes: reference.scopes, image: reference.description)
    }

    private func terms(transport: String, scopes: [String], image: String) throws(SignatureRefusal) -> SignaturePolicy.Terms {
        let terms: SignaturePolicy.Terms
        do { terms = try read().terms(transport: transport, scopes: scopes) } catch {
            throw SignatureRefusal(image: image, policy: policy, problem: "the policy cannot be used: \(error)")
        }
        if terms.requirements.contains(.reject) {
            throw SignatureRefusal(image: image, policy: policy, scope: terms.scope, problem: "the policy rejects it")
        }
        return terms
    }

    private func read() throws -> SignaturePolicy {
        guard let policy else { return .acceptingAnything }
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try FileSystem.read(policy, limit: Self.sizeLimit) } catch {
            if mayBeAbsent, error.errno == ENOENT { return .acceptingAnything }
            throw error
        }
        return try SignaturePolicy(bytes)
    }

    /// An image that comes from no registry: nothing there is signed.
    ///
    /// - Parameter scopes: the nearest first.
    public func admitLocal(transport: String, scopes: [String], image: String) throws(SignatureRefusal) {
        let terms = try terms(transport: transport, scopes: scopes, image: image)
        guard terms.requirements.allSatisfy({ $0 == .acceptAnything }) else {
            throw SignatureRefusal(image: image, policy: policy, scope: terms.scope, problem: "it must be signed, and \(transport): has no signatures")
        }
    }

    /// Lets an image in, or throws `SignatureRefusal`.
    ///
    /// - Parameters:
    ///   - digests: the manifest's, and before it those of the indexes that led to it.
    ///   - client: with the credentials for the registry.
    public func admit(
        _ reference: ImageReference,
        digests: [Digest],
        client: RegistryClient
    ) async throws {
        let terms = try terms(for: reference)
        let asked = terms.requirements.filter { $0 != .acceptAnything }
        if asked.isEmpty { return }
        func refusal(_ problem: String) -> SignatureRefusal {
            SignatureRefusal(image: reference.description, policy: policy, scope: terms.scope, problem: problem)
        }
        let check: SignatureCheck
        do {
            let files = try SignaturePlaces.read(places, builtIn: lookaside)
            check = SignatureCheck(reference: reference, reader: SignatureReader(places: files, client: client))
        } catch { throw refusal("its signatures cannot be looked for: \(error)") }
        var problems: [String] = []
        var seen: Set<Digest> = []
        for digest in digests.reversed() where seen.insert(digest).inserted {
            do {
                for requirement in asked { try await check.run(requirement, digest) }
                return
            } catch is CancellationError {
                throw CancellationError()
            } catch { problems.append("\(digest.algorithm.rawValue):\(digest.shortHex): \(error)") }
        }
        throw refusal(problems.joined(separator: "; "))
    }
}
