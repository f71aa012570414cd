import AgentAPI
import JSONCoding
import ManifestEditing
import PodEngine
import PodSpec

/// Manifests that are to be applied: looked through as a whole, before anything is done.
struct AppliedManifests {
    let documents: [NewDocument]
    /// What the engine will make of each pod and object.
    let pods: [DecodedPod]
    let objects: [DecodedObject]
    let warnings: [ManifestNotice]

    /// Throws `invalid` with everything that is wrong in any of them.
    init(_ request: ApplyRequest, store: PodStore) throws(Fault) {
        var problems: [ManifestNotice] = []
        var warnings: [ManifestNotice] = []
        var documents: [NewDocument] = []
        var seen: Set<ObjectName> = []
        let names = Dictionary(
            store.manifests.objects.map { ($0.key, $0.value.object) },
            uniquingKeysWith: { first, _ in first }
        )
        var (pods, objects): ([DecodedPod], [DecodedObject]) = ([], [])
        for manifest in request.manifests {
            let bytes = Array(manifest.text.utf8)
            let result = ManifestFile.decode(bytes, name: manifest.file)
            problems += result.problems.map(ManifestNotice.init)
            func note(_ warnings: [String], _ name: ObjectName, _ position: SourcePosition?) -> [ManifestNotice] {
                warnings.map { Self.notice(manifest.file, position, "\(name): \($0)", .warning) }
            }
            for pod in result.pods { warnings += note(pod.warnings, ObjectName(pod: pod.name), pod.position) }
            for object in result.objects { warnings += note(object.warnings, object.name, object.position) }
            let places =
                result.pods.map { (ObjectName(pod: $0.name), $0.position) } + result.objects.map { ($0.name, $0.position) }
            // One that is wrong is told, and not looked at any further.
            guard result.problems.isEmpty else { continue }
            for document in NewDocument.documents(in: bytes, file: manifest.file, namespace: request.namespace) {
                let position = places.first { $0.0.kind == document.name.kind && $0.0.name == document.name.name }?.1
                func refuse(_ message: String) { problems.append(Self.notice(manifest.file, position, message)) }
                if let namespace = request.namespace, document.name.namespace != namespace {
                    refuse("the \(document.name) is not of the namespace \"\(namespace)\" that is asked for")
                }
                if !seen.insert(document.name).inserted { refuse("the \(document.name) appears twice") }
                // As it will stand in the folder: with its namespace, by itself.
                let own = ManifestFile.decode(document.manifest, name: manifest.file)
                if let problem = own.problems.first { refuse("\(problem.path): \(problem.message)") }
                for object in own.objects {
                    guard let refusal = names[object.name].flatMap({ object.object.refusal(toReplace: $0) }) else { continue }
                    refuse("\(refusal.path): \(refusal.message)")
                }
                documents.append(document)
                pods += own.pods
                objects += own.objects
            }
        }
        if let fault = Self.fault(of: problems) { throw fault }
        if documents.isEmpty {
            throw Fault(.invalid, "no objects in \(request.manifests.map(\.file).joined(separator: ", "))", reason: "NothingToApply")
        }
        (self.documents, self.pods, self.objects, self.warnings) = (documents, pods, objects, warnings)
    }

    private static func notice(
        _ file: String,
        _ position: SourcePosition?,
        _ message: String,
        _ severity: ManifestNotice.Severity = .error
    ) -> ManifestNotice {
        ManifestNotice(file: file, line: position?.line, column: position?.column, message: message, severity: severity)
    }

    private static func fault(of problems: [ManifestNotice]) -> Fault? {
        guard let first = problems.first else { return nil }
        let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        let place = [first.line, first.column].compactMap { $0.map { ":\($0)" } }.joined()
        // A notice is made of strings and numbers: it can be encoded.
        let nodes = problems.compactMap { try? JSON.node(from: $0) }
        return Fault(
            .invalid,
            "\(first.file)\(place): \(first.path.map { $0 + ": " } ?? "")\(first.message)\(more)",
            reason: "ManifestInvalid",
            details: ["problems": JSONNode(.array(nodes))]
        )
    }
}
