import AgentAPI
import JSONCoding
import JSONRPC

/// `image.pull`: the call, and its progress to whoever gave a token for it.
struct PullServing: Sendable {
    let backend: any NodeBackend

    /// Progress is sent at most this often.
    private static let interval = Duration.milliseconds(50)

    func pull(_ call: MethodRouter.Call<ImagePullRequest>) async throws(Fault) -> ImagePullResult {
        guard let send = call.connection.notify, let token = call.meta?["progressToken"]?.progressToken else {
            return try await backend.pullImage(call.parameters) { _ in }
        }
        let buffer = CoalescingBuffer<String, ImagePullProgress>()
        let result = await withTaskGroup(of: Void.self) { group in
            group.addTask { await Self.report(buffer, token: token, send: send) }
            let result: Result<ImagePullResult, Fault>
            do throws(Fault) {
                result = .success(
                    try await backend.pullImage(call.parameters) { buffer.offer($0.layer ?? "", $0) }
                )
            } catch {
                result = .failure(error)
            }
            // What waits is still sent: the answer comes last.
            buffer.finish()
            return result
        }
        return try result.get()
    }

    private static func report(
        _ buffer: CoalescingBuffer<String, ImagePullProgress>,
        token: String,
        send: @Sendable ([UInt8]) async throws -> Void
    ) async {
        while let batch = await buffer.next(atMost: .max) {
            for value in batch.elements {
                do {
                    let notice = try JSON.encode(ProgressNotice(token: token, value: value))
                    try await send(RPCCodec.encodeNotification(method: "rpc.progress", parameters: notice))
                } catch {
                    // The connection is gone; the call is about to be cancelled.
                    return
                }
            }
            // Cut short by cancellation, and then `next` ends the loop.
            try? await Task.sleep(for: interval)
        }
    }
}

extension JSONNode {
    /// A progress token: a string, or a number as its text.
    fileprivate var progressToken: String? { stringValue ?? integerValue.map(String.init) }
}
