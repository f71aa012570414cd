import Linux
import OCISpec

/// One image against the requirements of a policy.
struct SignatureCheck {
    private static let keyLimit = 1 << 20

    let reference: ImageReference
    let reader: SignatureReader

    /// Throws what is missing, unless one good signature satisfies the requirement.
    func run(_ requirement: SignaturePolicy.Requirement, _ digest: Digest) async throws {
        switch requirement {
        case .acceptAnything: return
        case .reject: throw PolicyProblem("the policy rejects it")
        case .sigstoreSigned(let keys, let identity):
            let keys = try Self.sigstoreKeys(keys)
            let all = try await reader.attachments(of: digest, in: reference)
            let hint = reader.places.usesAttachments(of: reference) ? "" : " (use-sigstore-attachments is not set for it in registries.d)"
            try Self.oneOf(all, missing: "it has no sigstore signature\(hint)") { attachment in
                guard keys.contains(where: { $0.verifies(attachment.signature, over: attachment.payload) }) else {
                    throw PolicyProblem("the signature is none of the policy's keys")
                }
                try check(attachment.payload, .sigstore, identity, digest)
            }
        case .signedBy(let keys, let identity):
            let all = try await reader.simpleSignatures(of: digest, in: reference)
            let check = self
            try await onThread(named: "gpg") { () throws(PolicyProblem) in
                try Self.oneOf(all, missing: "it has no GPG signature") { message in
                    let payload = try GPGProgram().claim(of: message, keys: keys)
                    try check.check(payload, .simple, identity, digest)
                }
            }
        }
    }

    private static func oneOf<Signature>(
        _ all: [Signature], missing: String, _ check: (Signature) throws -> Void
    ) throws(PolicyProblem) {
        var problems: [String] = []
        for signature in all {
            do {
                try check(signature)
                return
            } catch { problems.append("\(error)") }
        }
        // The first few say enough, and a registry could have many.
        throw PolicyProblem(problems.isEmpty ? missing : problems.prefix(3).joined(separator: "; "))
    }

    /// What a good signature says, compared with the image.
    private func check(_ payload: [UInt8], _ kind: SignatureClaim.Kind, _ identity: SignedIdentity, _ digest: Digest) throws(PolicyProblem) {
        guard let claim = SignatureClaim(payload, kind) else { throw PolicyProblem("the signature is over no claim of this kind") }
        guard claim.digest == digest else { throw PolicyProblem("the signature is for another image, \(claim.digest)") }
        guard let name = SignedName(claim.reference), identity.accepts(name, for: reference) else {
            throw PolicyProblem("the signature is for another name, \(claim.reference)")
        }
    }

    private static func sigstoreKeys(_ keys: SignaturePolicy.KeyMaterial) throws -> [SigstoreKey] {
        switch keys {
        case .files(let paths):
            try paths.map { path in
                do { return try SigstoreKey.publicKey(try FileSystem.read(path, limit: keyLimit)) } catch {
                    throw SignatureFileError(path: path, problem: "\(error)")
                }
            }
        case .data(let all): try all.map { try SigstoreKey.publicKey($0) }
        }
    }
}

extension SignatureReader {
    /// The names of the images that are signed with a key under a digest; empty where none is.
    public func names(signedWith key: SigstoreKey, _ digest: Digest, in reference: ImageReference) async throws -> [String] {
        try await attachments(of: digest, in: reference).compactMap { attachment in
            guard key.verifies(attachment.signature, over: attachment.payload),
                let claim = SignatureClaim(attachment.payload, .sigstore), claim.digest == digest
            else { return nil }
            return claim.reference
        }
    }

    /// The same for simple signatures by keys of GPG.
    public func names(signedWith keys: SignaturePolicy.KeyMaterial, _ digest: Digest, in reference: ImageReference) async throws -> [String] {
        let all = try await simpleSignatures(of: digest, in: reference)
        return try await onThread(named: "gpg") {
            let gpg = try GPGProgram()
            return all.compactMap { message in
                // One that is not good is none.
                guard let payload = try? gpg.claim(of: message, keys: keys), let claim = SignatureClaim(payload, .simple),
                    claim.digest == digest
                else { return nil }
                return claim.reference
            }
        }
    }
}
