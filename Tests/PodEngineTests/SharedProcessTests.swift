import Linux
import PodEngine
import PodSpec
import Testing

/// Pods whose containers share a PID namespace, and pods with images as volumes: no I/O.
struct SharedProcessTests {
    @Test func `the end of the init makes the sandbox anew`() {
        var driver = LifecycleDriver(["web"])
        _ = driver.steps()
        _ = driver.handle(.recorded)
        _ = driver.handle(.volumesReady)
        _ = driver.handle(.initStarted(attempt: 0))
        #expect(driver.handle(.sandboxReady(nil)).contains(.watchInit(attempt: 0)))
        _ = driver.handle(.imageReady(ImageRequest(reference: "web:1", policy: .ifNotPresent), LifecycleDriver.image, pulled: false))
        driver.started()
        let steps = driver.handle(.initEnded(attempt: 0))
        #expect(steps.contains(.prepareSandbox))
        #expect(driver.life.events.entries.contains { $0.reason == .sandboxChanged })
        // Its container died with it, and waits for the next.
        #expect(!driver.ended(exitCode: 137).contains(.start(container: "web", attempt: 1)))
        _ = driver.handle(.imageReady(ImageRequest(reference: "web:1", policy: .ifNotPresent), LifecycleDriver.image, pulled: false))
        _ = driver.handle(.initStarted(attempt: 1))
        let next = driver.handle(.sandboxReady(nil))
        #expect(next.contains(.watchInit(attempt: 1)) && next.contains(.start(container: "web", attempt: 1)))
        // What is known of one that is gone already changes nothing.
        #expect(!driver.handle(.initEnded(attempt: 0)).contains(.prepareSandbox))
    }

    @Test func `a container that is started while the init ends has not failed`() {
        var driver = LifecycleDriver(["web"])
        _ = driver.steps()
        _ = driver.handle(.recorded)
        _ = driver.handle(.volumesReady)
        _ = driver.handle(.initStarted(attempt: 0))
        _ = driver.handle(.sandboxReady(nil))
        let present = PodEvent.imageReady(ImageRequest(reference: "web:1", policy: .ifNotPresent), LifecycleDriver.image, pulled: false)
        _ = driver.handle(present)
        driver.started()
        // The kernel tells of the container's end before that of the init.
        driver.ended(exitCode: 137)
        #expect(driver.handle(present).contains(.start(container: "web", attempt: 1)))
        #expect(driver.handle(.initEnded(attempt: 0)).contains(.prepareSandbox))
        _ = driver.handle(.makeFailed(container: "web", attempt: 1, StepFailure(.sandboxChanged, "Cannot allocate memory")))
        #expect(driver.status.containerStatuses.first?.restartCount == 1)
        _ = driver.handle(.initStarted(attempt: 1))
        #expect(driver.handle(.sandboxReady(nil)).contains(.start(container: "web", attempt: 1)))
    }

    @Test func `an init that ends with its pod is not missed`() {
        var driver = LifecycleDriver(["web"], policy: .never)
        _ = driver.steps()
        _ = driver.handle(.recorded)
        _ = driver.handle(.volumesReady)
        _ = driver.handle(.initStarted(attempt: 0))
        _ = driver.handle(.imageReady(ImageRequest(reference: "web:1", policy: .ifNotPresent), LifecycleDriver.image, pulled: false))
        _ = driver.handle(.sandboxReady(nil))
        driver.started()
        driver.ended(exitCode: 0)
        #expect(!driver.handle(.initEnded(attempt: 0)).contains(.prepareSandbox))
        #expect(driver.phase == .succeeded)
    }

    @Test func `a container waits for the image that it mounts`() {
        var pod = Pod(metadata: ObjectMeta(name: "pod", uid: "uid"), spec: Pod.Spec(containers: []))
        var container = Container(name: "web", image: "web:1")
        container.volumeMounts = [VolumeMount(name: "files", mountPath: "/files")]
        pod.spec.containers = [container, Container(name: "other", image: "web:1")]
        pod.spec.volumes = [Volume(name: "files", source: .image(.init(reference: "files:1")))]
        var driver = LifecycleDriver()
        driver.life = PodLifecycle(PodShape(pod), backoffs: BackoffPolicies(), at: driver.now)
        let web = ImageRequest(reference: "web:1", policy: .ifNotPresent)
        let files = ImageRequest(reference: "files:1", policy: .ifNotPresent)
        _ = driver.steps()
        #expect(driver.handle(.recorded).contains(.fetchImage(files)))
        _ = driver.handle(.volumesReady)
        _ = driver.handle(.sandboxReady(nil))
        let steps = driver.handle(.imageReady(web, LifecycleDriver.image, pulled: false))
        #expect(steps == [.start(container: "other", attempt: 0)])
        _ = driver.handle(.imageFailed(files, StepFailure(.errImagePull, "no such image")))
        let waiting = driver.status.containerStatuses.first { $0.name == "web" }?.state.waiting
        #expect(waiting?.reason == "ImagePullBackOff")
        #expect(waiting?.message?.contains("files:1") == true)
        // The pull back-off: ten seconds first.
        #expect(driver.steps().isEmpty)
        driver.advance(.seconds(11))
        #expect(driver.steps() == [.fetchImage(files)])
        #expect(driver.handle(.imageReady(files, LifecycleDriver.image, pulled: true)) == [.start(container: "web", attempt: 0)])
    }
}
