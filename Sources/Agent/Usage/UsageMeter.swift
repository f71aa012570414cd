import Linux
import Synchronization
import UsageSpec

/// Measures on demand and remembers for a while: see README.md.
public final class UsageMeter: Sendable {
    /// For how long what has been measured serves everybody.
    public static let freshness = Duration.seconds(1)
    /// How far apart the two looks are where a rate is wanted at once.
    static let firstInterval = Duration.milliseconds(250)
    /// What nobody has asked for in this time is forgotten.
    static let memory = Duration.seconds(300)

    private struct DiskSample {
        var found: Measured<FolderUsage>?
        var validUntil: Monotonic
    }

    private struct State {
        var groups: [String: GroupSample] = [:]
        var disks: [String: DiskSample] = [:]
    }

    private let source: any UsageReading
    private let state = Mutex(State())
    /// Of the kernel's files, and of folders, which take longer.
    private let thread = DedicatedThread(name: "usage")
    private let walker = DedicatedThread(name: "usage-disk")

    public init(_ source: any UsageReading) {
        self.source = source
    }

    /// What the group of a cgroup path has used; nil where there is no such group.
    public func group(_ path: String, withRate: Bool = true) async -> Measured<GroupUsage>? {
        await groups([path], withRates: withRate)[path]
    }

    /// What groups have used, by their paths; those that are not there are left out.
    ///
    /// - Parameter withRates: waits where that is needed to say how much processor time they use now.
    public func groups(_ paths: [String], withRates: Bool = true) async -> [String: Measured<GroupUsage>] {
        var found = await look(paths, isForced: false)
        let lacking = withRates ? paths.filter { found[$0].map { !$0.hasRate } ?? false } : []
        if !lacking.isEmpty {
            // Cut short where the caller has gone: there is no rate then, and nobody who misses it.
            try? await EventThread.shared.sleep(until: .now.advanced(by: Self.firstInterval))
            found.merge(await look(lacking, isForced: true)) { $1 }
        }
        return found.mapValues(\.latest)
    }

    /// What has gone through the interfaces of the network namespace that a process is in; nil where it has ended.
    public func network(of process: Int32) async -> [InterfaceUsage]? {
        // Nothing is thrown: the closure does not.
        try? await thread.run { NetworkCounters.read(of: process) }
    }

    /// What lies below a folder; nil where there is none.
    public func disk(_ folder: String) async -> Measured<FolderUsage>? {
        let now = Monotonic.now
        let kept = state.withLock { state in state.disks[folder].flatMap { $0.validUntil > now ? $0 : nil } }
        if let kept { return kept.found }
        let found = try? await walker.run { [source] in source.disk(folder).map { Measured(time: .now, value: $0) } }
        let end = Monotonic.now
        let rest = max(.seconds(10), end.since(now) * 20)
        state.withLock { state in
            state.disks = state.disks.filter { $0.value.validUntil.since(now) > .zero }
            state.disks[folder] = DiskSample(found: found ?? nil, validUntil: end.advanced(by: rest))
        }
        return found ?? nil
    }

    /// What the machine has used.
    public func node() async -> NodeUsage? {
        let path = NodeUsage.samplePath
        guard let group = await groups([path])[path] else { return nil }
        let rest = try? await thread.run { NodeUsage.read() }
        guard var node = rest ?? nil else { return nil }
        node.usage = group.value
        node.time = group.time
        return node
    }

    private func look(_ paths: [String], isForced: Bool) async -> [String: GroupSample] {
        let now = Monotonic.now
        let (fresh, stale) = state.withLock { state in
            state.groups = state.groups.filter { now.since($0.value.wanted) < Self.memory }
            var fresh: [String: GroupSample] = [:]
            var stale: [String] = []
            for path in paths {
                state.groups[path]?.wanted = now
                if !isForced, let sample = state.groups[path], sample.age(at: now) < Self.freshness {
                    fresh[path] = sample
                } else {
                    stale.append(path)
                }
            }
            return (fresh, stale)
        }
        if stale.isEmpty { return fresh }
        let taken = try? await thread.run { [source, stale] in
            stale.map { path in
                let usage = path == NodeUsage.samplePath ? NodeUsage.machine() : source.group(path)
                return (path, usage, Timestamp.now, Monotonic.now)
            }
        }
        return state.withLock { state in
            var found = fresh
            for (path, usage, time, uptime) in taken ?? [] {
                guard let usage else {
                    state.groups[path] = nil
                    continue
                }
                // Nothing of it holds a reference: this copies a few numbers.
                if state.groups[path]?.take(usage, at: time, uptime: uptime) == nil {
                    state.groups[path] = GroupSample(usage, at: time, uptime: uptime)
                }
                found[path] = state.groups[path]
            }
            return found
        }
    }
}
