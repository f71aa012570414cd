import Linux
import PodEngine
import Testing

/// Which ids of the host pods with users of their own have.
struct IDRangeTests {
    private func book(pods: UInt32) -> IDRangeBook {
        IDRangeBook(pool: IDRange(first: 1 << 20, count: pods * IDRange.countOfPod))
    }

    @Test func `each pod has the lowest ids that are free, and keeps them`() throws {
        let book = book(pods: 3)
        let ranges = try ["a", "b", "c"].map { try book.take(for: $0) }
        #expect(ranges.map(\.first) == [1 << 20, 1 << 20 + 65536, 1 << 20 + 131072])
        #expect(try book.take(for: "b") == ranges[1])
        book.release("a")
        book.release("b")
        #expect(book.range(of: "a") == nil)
        #expect(try book.take(for: "d") == ranges[0])
        #expect(try book.take(for: "e") == ranges[1])
    }

    @Test func `when none are left the pod is told how many there were`() throws {
        let book = book(pods: 1)
        _ = try book.take(for: "a")
        let failure = #expect(throws: StepFailure.self) { try book.take(for: "b") }
        #expect(failure?.message == "no 65536 ids are left of the 65536 from 1048576 on, for hostUsers: false")
        book.release("a")
        #expect(try book.take(for: "b").first == 1 << 20)
    }

    @Test func `what an earlier agent gave is in nobody's way, at whatever place it lies`() throws {
        let book = book(pods: 3)
        // From a pool that began elsewhere: it covers the end of the first range and the beginning of the second.
        book.adopt(IDRange(first: 1 << 20 + 1000, count: 65536), of: "old")
        let range = try book.take(for: "new")
        #expect(range.first == 1 << 20 + 1000 + 65536)
        // What is left after it is less than a pod's.
        #expect(throws: StepFailure.self) { try book.take(for: "third") }
        // Outside of the pool.
        let other = self.book(pods: 1)
        other.adopt(IDRange(first: UInt32.max - 65535, count: 65535), of: "far")
        #expect(try other.take(for: "new").first == 1 << 20)
    }

    @Test func `what others have chosen is no pod's, and what pods have is nobody else's`() throws {
        let book = book(pods: 3)
        let first = try book.take(for: "a")
        #expect(!book.reserve(IDRange(first: first.first + 65535, count: 2), for: "sandbox"))
        // The second place and a little of the third.
        #expect(book.reserve(IDRange(first: first.first + 65536, count: 65537), for: "sandbox"))
        #expect(book.reserve(IDRange(first: first.first + 65536, count: 10), for: "another"))
        #expect(throws: StepFailure.self) { try book.take(for: "b") }
        book.cancelReservation(of: "sandbox")
        #expect(try book.take(for: "b").first == first.first + 65546)
        // It was there before this agent: a pod that begins goes out of its way.
        let later = self.book(pods: 2)
        later.adopt(reserved: first, for: "sandbox")
        #expect(try later.take(for: "a").first == first.first + 65536)
    }

    @Test func `the host's ids are those behind the pod's`() {
        let range = IDRange(first: 100_000, count: 65536)
        #expect(range.hostID(of: 0) == 100_000)
        #expect(range.hostID(of: 65535) == 165_535)
        #expect(range.hostID(of: 65536) == nil)
    }

    @Test func `ids that the host's files give`() throws {
        let users = "root:100000:65536\nkubelet:200000:131072\n"
        #expect(try IDRange.subordinate(users: users, groups: users) == IDRange(first: 200_000, count: 131_072))
        #expect(try IDRange.subordinate(users: "root:1:2\n", groups: "") == nil)
        #expect(try IDRange.subordinate(users: "kubelets:1:2\n", groups: "") == nil)
    }

    @Test(arguments: [
        ("kubelet:200000:131072\n", ""),
        ("kubelet:200000:131072\n", "kubelet:200000:65536\n"),
        // The host's own ids, and too few of them.
        ("kubelet:1000:131072\n", "kubelet:1000:131072\n"),
        ("kubelet:200000:65535\n", "kubelet:200000:65535\n"),
        ("kubelet:4294901760:131072\n", "kubelet:4294901760:131072\n"),
        ("kubelet:many\n", "kubelet:many\n"),
        ("kubelet:x:200000:131072\n", "kubelet:x:200000:131072\n"),
        ("kubelet:200000:131072:1\n", "kubelet:200000:131072:1\n"),
    ])
    func `ids that pods cannot have are refused`(users: String, groups: String) {
        #expect(throws: SystemError.self) { try IDRange.subordinate(users: users, groups: groups) }
    }
}
