import AgentAPI
import Linux

/// `pod.logs`: lines as a result, or as the events of a subscription.
struct LogServing: Sendable {
    let backend: any NodeBackend

    typealias Call = MethodRouter.Call<PodLogsRequest>

    /// Text in a result that sets no limit of its own.
    private static let resultLimit = 1 << 20

    func start(_ call: Call) async throws(Fault) -> (PodLogs, (@Sendable () async -> Void)?) {
        let request = call.parameters
        let options = try Self.options(of: request)
        let isSubscription = request.follow == true || request.stream == true
        guard isSubscription else {
            let log = try await backend.containerLog(request)
            return (try Self.read(log, options), nil)
        }
        guard let send = call.connection.notify else { throw .noNotifications }
        let log = try await backend.containerLog(request)
        // Whether the file can be read belongs to the answer, not to the events.
        do throws(SystemError) { _ = try LogReader(path: log.path, options: options) } catch {
            throw Self.fault(error, log)
        }
        let connection = call.connection
        let subscription = connection.makeSubscription()
        let follows = request.follow == true
        let followUp: @Sendable () async -> Void = {
            await subscription.run(send: send) { subscription, send in
                do {
                    if follows {
                        try await Self.follow(log, options, subscription, send)
                    } else {
                        try await Self.stream(log, options, subscription, send)
                    }
                } catch let error as SystemError {
                    throw Self.fault(error, log)
                }
            }
            connection.remove(subscription)
        }
        return (PodLogs(subscription: subscription.id), followUp)
    }

    private static func options(of request: PodLogsRequest) throws(Fault) -> LogReader.Options {
        var options = LogReader.Options()
        options.tailLines = request.tailLines
        if let text = request.sinceTime {
            guard let since = Timestamp(rfc3339: text) else {
                throw Fault(.invalidParameters, "sinceTime: \"\(text)\" is no RFC 3339 time")
            }
            options.since = since
        }
        options.timestamps = request.timestamps ?? true
        let isResult = request.follow != true && request.stream != true
        options.limitBytes = request.limitBytes ?? (isResult ? resultLimit : .max)
        return options
    }

    private static func read(_ log: ContainerLog, _ options: LogReader.Options) throws(Fault) -> PodLogs {
        do throws(SystemError) {
            var reader = try LogReader(path: log.path, options: options)
            var lines: [LogLine] = []
            while true {
                let more = try reader.next()
                if more.isEmpty { break }
                lines += more
            }
            if !reader.isTruncated { lines += reader.finish() }
            return PodLogs(lines: lines, truncated: reader.isTruncated)
        } catch {
            throw fault(error, log)
        }
    }

    /// Sends the log up to its present end. The file waits for a slow reader: nothing is buffered or dropped.
    private static func stream(
        _ log: ContainerLog,
        _ options: LogReader.Options,
        _ subscription: Subscription,
        _ send: Subscription.Send
    ) async throws {
        var reader = try LogReader(path: log.path, options: options)
        while true {
            try Task.checkCancellation()
            let lines = try reader.next()
            if lines.isEmpty { break }
            try await subscription.send(lines, through: send)
        }
        let rest = reader.finish()
        if !rest.isEmpty { try await subscription.send(rest, through: send) }
    }

    /// Sends the log, and what is written to it, until the container has ended.
    private static func follow(
        _ log: ContainerLog,
        _ options: LogReader.Options,
        _ subscription: Subscription,
        _ send: Subscription.Send
    ) async throws {
        let hasEnded = Flag()
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // Watched before the first read, so that no write falls between the two.
        let watch = try LogWatch(directory: FileSystem.split(log.path).directory)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await watch.run { signal.yield() } }
            group.addTask {
                await log.ended()
                hasEnded.raise()
                signal.yield()
            }
            defer { group.cancelAll() }
            var reader = try LogReader(path: log.path, options: options)
            var changes = signals.makeAsyncIterator()
            while true {
                try Task.checkCancellation()
                // Asked before reading: what was written before the end is read after it.
                let isLast = hasEnded.isRaised
                let lines = try reader.next()
                if !lines.isEmpty {
                    try await subscription.send(lines, through: send)
                } else if isLast || reader.isTruncated {
                    break
                } else if await changes.next() == nil {
                    break
                }
            }
            let rest = reader.finish()
            if !rest.isEmpty { try await subscription.send(rest, through: send) }
        }
    }

    private static func fault(_ error: SystemError, _ log: ContainerLog) -> Fault {
        error.errno == 2
            ? Fault(.notFound, "there is no log at \(log.path)", reason: "LogNotFound")
            : Fault(.internalError, "\(error)", reason: "LogUnreadable")
    }
}

/// Tells of writes and renames in the folder of a log.
final class LogWatch: Sendable {
    private let inotify: Inotify

    init(directory: String) throws(SystemError) {
        inotify = try Inotify()
        _ = try inotify.watch(directory, [.modify, .create, .movedTo, .deleteSelf])
    }

    /// Calls `changed` after each change until the task is cancelled.
    func run(_ changed: @Sendable () -> Void) async throws {
        do {
            while true {
                try await EventThread.shared.waitUntilReadable(inotify.descriptor.rawValue)
                _ = try inotify.read()
                changed()
            }
        } catch is CancellationError {
            // The follower is done.
        }
    }
}
