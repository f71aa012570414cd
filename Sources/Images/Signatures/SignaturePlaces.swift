import Glibc
import HTTPClient
import JSONCoding
import Linux
import OCISpec
import YAMLCoding

/// Where signatures lie (containers-registries.d(5)).
public struct SignaturePlaces: Sendable, Hashable {
    /// What is said of a scope.
    struct Section: Sendable, Hashable {
        var lookaside: String?
        var staging: String?
        var usesAttachments = false
    }

    private static let sizeLimit = 1 << 20

    var sections: [String: Section] = [:]
    var standard: Section?
    /// Where simple signatures lie if no file says anything.
    var builtIn: String

    init(builtIn: String) { self.builtIn = builtIn }

    /// Reads a folder of files; one that is not there says nothing. Throws `SignatureFileError`.
    public static func read(_ folder: String, builtIn: String) throws -> SignaturePlaces {
        var places = SignaturePlaces(builtIn: builtIn)
        let names: [String]
        do { names = try FileSystem.list(folder) } catch {
            if error.errno == ENOENT { return places }
            throw SignatureFileError(path: folder, problem: "\(error)")
        }
        for name in names.sorted() where name.hasSuffix(".yaml") {
            let path = "\(folder)/\(name)"
            do { try places.add(try FileSystem.read(path, limit: sizeLimit)) } catch { throw SignatureFileError(path: path, problem: "\(error)") }
        }
        return places
    }

    /// Takes one file. What another file has said of the same scope is a conflict.
    package mutating func add(_ bytes: [UInt8]) throws {
        let stream = YAML.parse(bytes)
        if let error = stream.errors.first { throw PolicyProblem(error.description) }
        guard stream.documents.count <= 1 else { throw PolicyProblem("more than one document") }
        guard let root = stream.documents.first else { return }
        let top = try PolicyObject(root, "", known: ["docker", "default-docker"])
        if let node = top["default-docker"] {
            guard standard == nil else { throw PolicyProblem(node, "default-docker", "is in another file, too") }
            standard = try Self.section(node, "default-docker")
        }
        for member in try top.members("docker") {
            guard sections[member.key] == nil else { throw PolicyProblem(member.value, "docker.\(member.key)", "is in another file, too") }
            sections[member.key] = try Self.section(member.value, "docker.\(member.key)")
        }
    }

    private static func section(_ node: JSONNode, _ path: String) throws(PolicyProblem) -> Section {
        let object = try PolicyObject(
            node, path, known: ["lookaside", "lookaside-staging", "sigstore", "sigstore-staging", "use-sigstore-attachments"])
        var section = Section()
        // The names before containers/image 5.22 are `sigstore…`.
        for key in ["sigstore", "lookaside"] where object[key] != nil { section.lookaside = try object.text(key) }
        for key in ["sigstore-staging", "lookaside-staging"] where object[key] != nil { section.staging = try object.text(key) }
        if let value = object["use-sigstore-attachments"] {
            guard let uses = value.boolValue else { throw PolicyProblem(value, "\(path).use-sigstore-attachments", "wants true or false") }
            section.usesAttachments = uses
        }
        return section
    }

    private func section(for reference: ImageReference) -> Section? {
        for scope in reference.scopes { if let found = sections[scope] { return found } }
        return standard
    }

    /// Whether sigstore's signatures are looked for in the repository.
    public func usesAttachments(of reference: ImageReference) -> Bool { section(for: reference)?.usesAttachments ?? false }

    /// The URL that a signature of a manifest has, counted from one; nil where there is no place.
    public func signature(_ number: Int, of digest: Digest, in reference: ImageReference, writing: Bool = false) -> String? {
        let base: String?
        if let section = section(for: reference) {
            base = writing ? section.staging ?? section.lookaside : section.lookaside
        } else {
            base = builtIn
        }
        guard var base else { return nil }
        while base.hasSuffix("/") { base.removeLast() }
        return "\(base)/\(reference.repository)@\(digest.algorithm.rawValue)=\(digest.hex)/signature-\(number)"
    }
}
