import PodEngine
import Testing

/// A pod that waits for objects, and files that follow them.
struct ObjectLifecycleTests {
    private let start = PodStep.start(container: "web", attempt: 0)

    private var missing: StepFailure {
        var failure = StepFailure(.createContainerConfigError, "configmap \"x\" not found")
        failure.awaitsObjects = true
        return failure
    }

    @Test func `a container that misses an object starts when it is there, and not by the clock`() {
        var driver = LifecycleDriver()
        driver.prepare()
        driver.handle(.makeFailed(container: "web", attempt: 0, missing))
        #expect(driver.life.deadline == nil)
        driver.advance(.seconds(86_400))
        #expect(driver.steps().isEmpty)
        #expect(driver.status.containerStatuses[0].state.waiting?.message == "configmap \"x\" not found")
        let steps = driver.handle(.objectsChanged)
        #expect(steps.count == 1)
        let image = PodEvent.imageReady(ImageRequest(reference: "web:1", policy: .ifNotPresent), LifecycleDriver.image, pulled: false)
        #expect(driver.handle(image).contains(start))
    }

    @Test func `what appears while the start is under way is not missed`() {
        var driver = LifecycleDriver()
        driver.prepare()
        driver.handle(.objectsChanged)
        // It has looked before.
        driver.handle(.makeFailed(container: "web", attempt: 0, missing))
        let image = PodEvent.imageReady(ImageRequest(reference: "web:1", policy: .ifNotPresent), LifecycleDriver.image, pulled: false)
        #expect(driver.handle(image).contains(start))
        // Once is enough.
        driver.handle(.makeFailed(container: "web", attempt: 0, missing))
        driver.advance(.seconds(86_400))
        #expect(driver.steps().isEmpty)
    }

    @Test func `volumes wait for their objects in the same way`() {
        var driver = LifecycleDriver(followsObjects: true)
        _ = driver.steps()
        driver.handle(.recorded)
        driver.handle(.volumesFailed(missing))
        driver.advance(.seconds(86_400))
        #expect(!driver.steps().contains(.prepareVolumes))
        #expect(driver.handle(.objectsChanged) == [.prepareVolumes])
        driver.handle(.objectsChanged)
        // Read before the second change: looked at once more.
        #expect(driver.handle(.volumesReady).contains(.updateVolumes))
    }

    @Test func `files follow objects and what is said about the pod; other pods do nothing`() {
        var driver = LifecycleDriver(followsObjects: true)
        driver.prepare()
        driver.started()
        #expect(driver.handle(.objectsChanged) == [.updateVolumes])
        #expect(driver.handle(.objectsChanged).isEmpty)
        #expect(driver.handle(.volumesUpdated) == [.updateVolumes])
        #expect(driver.handle(.volumesUpdated).isEmpty)
        // Written down first.
        driver.handle(.described)
        #expect(driver.handle(.recorded).contains(.updateVolumes))
        // An object that has gone leaves the files as they are, until it is back.
        #expect(!driver.handle(.volumesNotUpdated(missing)).contains(.updateVolumes))
        driver.advance(.seconds(86_400))
        #expect(!driver.steps().contains(.updateVolumes))
        #expect(driver.phase == .running)
        #expect(driver.handle(.objectsChanged).contains(.updateVolumes))

        var other = LifecycleDriver()
        other.prepare()
        other.started()
        #expect(other.handle(.objectsChanged).isEmpty)
    }

    @Test func `a failure of the machine is tried again by the clock`() {
        var driver = LifecycleDriver(followsObjects: true)
        driver.prepare()
        driver.started()
        driver.handle(.objectsChanged)
        driver.handle(.volumesNotUpdated(StepFailure(.failedMount, "disk full")))
        #expect(driver.life.deadline != nil)
        driver.advance(.seconds(2))
        #expect(driver.steps().contains(.updateVolumes))
    }

    @Test func `of a claim for one pod the second waits until the first lets go`() {
        let claim = ClaimBook.Claim(namespace: "default", name: "data")
        var book = ClaimBook()
        #expect(book.use(claim, by: "a", alone: true) == true)
        // A step may be repeated.
        #expect(book.use(claim, by: "a", alone: true) == true)
        #expect(book.use(claim, by: "b", alone: true) == false)
        #expect(book.release("other").isEmpty)
        #expect(book.isUsed(claim))
        #expect(book.release("a") == ["b"])
        #expect(!book.isUsed(claim))
        #expect(book.use(claim, by: "b", alone: true) == true)
        // One that has given up waiting is not woken.
        #expect(book.use(claim, by: "c", alone: true) == false)
        #expect(book.release("c").isEmpty)
        #expect(book.release("b").isEmpty)
        #expect(book.use(claim, by: "d", alone: false) == true)
        #expect(book.use(claim, by: "e", alone: false) == true)
    }
}
