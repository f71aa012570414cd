import AgentAPI
import JSONCoding
import PodEngine
import Synchronization

/// The pods as JSON text, each encoded once for each of its states: with hundreds of pods, of which one changes now and
/// then, a list is put together and not encoded.
final class PodTexts: Sendable {
    private struct Text {
        var revision: UInt64
        var bytes: [UInt8]
    }

    private let texts = Mutex<[PodKey: Text]>([:])

    /// The JSON text of a `PodList` of the store as it is now.
    func list(_ store: PodStore, namespace: String?) throws(Fault) -> [UInt8] {
        let versions = store.versions
        forget(exceptFor: versions)
        var parts: [[UInt8]] = []
        parts.reserveCapacity(versions.count)
        for (key, revision) in versions where namespace == nil || key.namespace == namespace {
            if let part = try text(key, revision, in: store) { parts.append(part) }
        }
        let problems = try Self.encode(store.problems.map(ManifestNotice.init))
        var text = Array(#"{"items":["#.utf8)
        text.reserveCapacity(parts.reduce(problems.count + 32) { $0 + $1.count + 1 })
        for (index, part) in parts.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text += part
        }
        text += Array(#"],"problems":"#.utf8)
        text += problems
        text.append(UInt8(ascii: "}"))
        return text
    }

    /// Nil where the pod has gone meanwhile.
    private func text(_ key: PodKey, _ revision: UInt64, in store: PodStore) throws(Fault) -> [UInt8]? {
        if let known = texts.withLock({ $0[key] }), known.revision == revision { return known.bytes }
        // It may be newer than the revision says; the next list encodes it once more then.
        guard let pod = store[key]?.pod else { return nil }
        let bytes = try Self.encode(pod)
        texts.withLock { $0[key] = Text(revision: revision, bytes: bytes) }
        return bytes
    }

    private func forget(exceptFor versions: [(key: PodKey, revision: UInt64)]) {
        texts.withLock { texts in
            guard texts.count > versions.count else { return }
            let present = Set(versions.map(\.key))
            texts = texts.filter { present.contains($0.key) }
        }
    }

    private static func encode(_ value: some Encodable) throws(Fault) -> [UInt8] {
        do { return try JSON.encode(value) } catch {
            throw Fault(.internalError, "the result cannot be encoded: \(error)")
        }
    }
}
