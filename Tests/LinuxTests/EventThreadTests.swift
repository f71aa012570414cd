import Glibc
import Linux
import Testing

@Suite(.timeLimit(.minutes(1)))
struct EventThreadTests {
    private let thread = EventThread.shared

    @Test func `a deadline comes, a descriptor comes first`() async throws {
        let pipe = try Descriptor.pipe()
        let begun = Monotonic.now
        let deadline = begun.advanced(by: .milliseconds(30))
        #expect(try await thread.wait(for: .readable, on: pipe.read.rawValue, until: deadline) == false)
        #expect(Monotonic.now >= deadline)
        try pipe.write.writeAll([1])
        let later = Monotonic.now.advanced(by: .seconds(100))
        #expect(try await thread.wait(for: .readable, on: pipe.read.rawValue, until: later))
        #expect(try await thread.wait(for: .writable, on: pipe.write.rawValue, until: nil))
    }

    /// In which order tasks go on that are due at one moment is the scheduler's to say.
    @Test func `all sleepers wake, none before its time`() async throws {
        let begun = Monotonic.now
        let early = try await withThrowingTaskGroup(of: Bool.self) { group in
            for delay in [90, 30, 60, 0, 120] {
                group.addTask {
                    let deadline = begun.advanced(by: .milliseconds(delay))
                    try await thread.sleep(until: deadline)
                    return Monotonic.now < deadline
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(early == Array(repeating: false, count: 5))
    }

    @Test func `a sleep is cancelled`() async {
        let task = Task { try await EventThread.shared.sleep(until: Monotonic.now.advanced(by: .seconds(100))) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    private static func threadName() -> String {
        // It is there for every thread; the empty name fails the test.
        (try? FileSystem.readText("/proc/thread-self/comm")) ?? ""
    }

    @Test func `a task that prefers the thread runs on it, also after a wait`() async throws {
        let pipe = try Descriptor.pipe()
        let number = pipe.read.rawValue
        async let names = withTaskExecutorPreference(thread) { () async throws -> [String] in
            var names = [Self.threadName()]
            try await EventThread.shared.waitUntilReadable(number)
            names.append(Self.threadName())
            try await EventThread.shared.sleep(until: Monotonic.now.advanced(by: .milliseconds(5)))
            names.append(Self.threadName())
            return names
        }
        try pipe.write.writeAll([1])
        #expect(try await names == ["events", "events", "events"])
        #expect(Self.threadName() != "events")
    }

    /// Jobs from other threads wake it wherever it is: none is left lying.
    @Test func `a thousand tasks from everywhere come to their end on it`() async {
        let count = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<1000 {
                group.addTask { [thread] in
                    await withTaskExecutorPreference(thread) {
                        await Task.yield()
                        return Self.threadName() == "events" ? 1 : 0
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(count == 1000)
    }

    /// Waits for descriptors and deadlines come in between.
    @Test func `a task that goes on and on holds up no deadline`() async throws {
        let busy = Task(executorPreference: thread) {
            while !Task.isCancelled { await Task.yield() }
        }
        try await thread.sleep(until: Monotonic.now.advanced(by: .milliseconds(5)))
        busy.cancel()
        await busy.value
    }

    @Test func `deadlines come out in order`() {
        var queue = DeadlineQueue()
        var generator = SystemRandomNumberGenerator()
        for token in 0..<200 as Range<UInt64> {
            queue.add(token, at: Monotonic(nanoseconds: Int64.random(in: 0..<50, using: &generator)))
        }
        var last = Int64.min
        var count = 0
        while let first = queue.first {
            #expect(first.deadline.nanoseconds >= last)
            last = first.deadline.nanoseconds
            queue.removeFirst()
            count += 1
        }
        #expect(count == 200)
    }
}
