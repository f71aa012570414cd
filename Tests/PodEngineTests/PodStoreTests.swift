import PodEngine
import PodSpec
import Testing

struct PodStoreTests {
    @Test(.timeLimit(.minutes(1)))
    func `a listener that comes late to the queue gets each pod once`() async throws {
        let fixture = try PodFixture()
        fixture.machine.addImage("web:1")
        let engine = fixture.engine()
        var changes = engine.store.changes().makeAsyncIterator()
        try await engine.start()
        let before = engine.store.revision
        try fixture.put("a.yaml", PodFixture.manifest("a"))
        _ = try await engine.store.waitForPhase(.running)
        // Many revisions, one change to tell.
        #expect(engine.store.revision > before + 1)
        let key = PodKey(namespace: "default", name: "a")
        #expect(await changes.next() == [.changed(key)])
        try fixture.remove("a.yaml")
        try await engine.store.waitUntilEmpty()
        #expect(await changes.next() == [.removed(key)])
        await engine.stop()
    }
}
