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
            var candidates = garbage.candidates(
                try await images.images(),
                used: used(),
                at: context.rooms.clock.uptime
            )
            let outlived = garbage.outlived(candidates, at: context.rooms.clock.uptime)
            if !outlived.isEmpty {
                let mounted = try mountedLayers()
                for image in outlived { try await remove(image, sparing: mounted, because: "it has not been used for long") }
                candidates.removeAll(where: outlived.contains)
            }
            var usage = try images.diskUsage()
            guard garbage.mustBegin(usage) else {
                hasComplained = false
                return
            }
            let mounted = try mountedLayers()
            for image in candidates where !garbage.mayEnd(usage) {
                try await remove(image, sparing: mounted)
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

    /// Removes images that no pod uses until enough is free for whoever asks, or none is left that may go.
    func reclaim(until isEnough: @Sendable () -> Bool) async {
        do throws(ImageFailure) {
            let candidates = garbage.candidates(try await images.images(), used: used(), at: context.rooms.clock.uptime)
            let mounted = try mountedLayers()
            for image in candidates where !isEnough() { try await remove(image, sparing: mounted) }
        } catch {
            context.logger.warning("images could not be collected: \(error)")
        }
    }

    private func remove(
        _ image: KeptImage,
        sparing mounted: Set<String>,
        because reason: String = "the disk is full"
    ) async throws(ImageFailure) {
        try await images.remove(image, sparing: mounted)
        let name = image.names.first ?? image.identifier
        context.logger.notice("an image that no pod uses is removed: \(reason)", metadata: ["image": "\(name)"])
        let observer = context.rooms.observer
        observer.measured(.imageCollected)
        var happening = EngineHappening(
            .image,
            "ImageRemoved",
            "No pod uses \(name), and \(reason)",
            at: context.rooms.clock.wall
        )
        happening.name = name
        observer.happened(happening)
    }

    /// What pods use, run or not: names and identifiers.
    private func used() -> Set<String> {
        context.store.pods.reduce(into: []) { $0.formUnion($1.images(normalized: images.normalized)) }
    }

    private func mountedLayers() throws(ImageFailure) -> Set<String> {
        do { return try MountedLayers(in: context).folders() } catch {
            throw ImageFailure(.other, "which layers are mounted is not known: \(error)")
        }
    }
}
