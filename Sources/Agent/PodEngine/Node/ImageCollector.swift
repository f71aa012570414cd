import Linux
import Logging
import PodSpec

/// Keeps the disk of images from filling up: looks every five minutes, as the kubelet does, and removes what `ImageGarbage`
/// lets go until enough is free.
actor ImageCollector {
    static let period = Duration.seconds(300)

    private let images: any ImageKeeping
    private let context: EngineContext
    private var garbage: ImageGarbage
    /// Said once, not every five minutes.
    private var hasComplained = false

    init(_ images: any ImageKeeping, in context: EngineContext) {
        self.images = images
        self.context = context
        garbage = ImageGarbage(context.configuration.imageGarbage)
    }

    /// Works until the task is cancelled.
    func run() async {
        let clock = context.rooms.clock
        while !Task.isCancelled {
            let next = clock.uptime.advanced(by: Self.period)
            await look()
            // Only a cancellation ends it early.
            try? await clock.sleep(until: next)
        }
    }

    private func look() async {
        do throws(ImageFailure) {
            // Also where nothing has to go: it is to be known what has been used and when.
            let candidates = garbage.candidates(
                try await images.images(),
                used: used(),
                at: context.rooms.clock.uptime
            )
            var usage = try images.diskUsage()
            guard garbage.mustBegin(usage) else {
                hasComplained = false
                return
            }
            let mounted = try mountedLayers()
            for image in candidates where !garbage.mayEnd(usage) {
                try await images.remove(image, sparing: mounted)
                let name = image.names.first ?? image.identifier
                let metadata: Logger.Metadata = ["image": "\(name)", "disk-percent": "\(usage.usedPercent)"]
                context.logger.notice("an image that no pod uses is removed: the disk is full", metadata: metadata)
                usage = try images.diskUsage()
            }
            guard garbage.mustBegin(usage), !hasComplained else { return }
            hasComplained = true
            context.logger.warning(
                "the disk of images is full, and no image is left that may go",
                metadata: ["disk-percent": "\(usage.usedPercent)"]
            )
        } catch {
            context.logger.warning("images could not be collected: \(error)")
        }
    }

    /// What pods use, run or not: names and identifiers.
    private func used() -> Set<String> {
        var used: Set<String> = []
        for snapshot in context.store.pods {
            let status = snapshot.pod.status
            for container in (status?.initContainerStatuses ?? []) + (status?.containerStatuses ?? []) {
                used.formUnion([container.image, container.imageID])
            }
            for container in snapshot.pod.spec.initContainers + snapshot.pod.spec.containers {
                used.insert(images.normalized(container.image))
            }
            for volume in snapshot.pod.spec.volumes {
                if case .image(let image) = volume.source { used.insert(images.normalized(image.reference)) }
            }
        }
        return used
    }

    private func mountedLayers() throws(ImageFailure) -> Set<String> {
        do { return try MountedLayers(run: context.configuration.directories.run).folders() } catch {
            throw ImageFailure(.other, "which layers are mounted is not known: \(error)")
        }
    }
}
