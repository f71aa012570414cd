import AgentAPI
import JSONCoding

/// The list of pods as JSON text: the answer that is large and asked for often.
public protocol PodTextListing: Sendable {
    /// What `listPods` says, as the JSON text of a `PodList`.
    func encodedPods(_ request: PodListRequest) async throws(Fault) -> [UInt8]
}

extension PodTextListing where Self: NodeBackend {
    /// Encodes the whole list.
    public func encodedPods(_ request: PodListRequest) async throws(Fault) -> [UInt8] {
        let list = try await listPods(request)
        do { return try JSON.encode(list) } catch {
            throw Fault(.internalError, "the result cannot be encoded: \(error)")
        }
    }
}
