import Linux

/// Which images may go when the disk is full, by the kubelet's rules: none that a pod uses, none that is young, those first
/// that nobody has used for the longest time. No I/O.
public struct ImageGarbage: Sendable {
    public struct Policy: Sendable, Hashable {
        /// At this many percent of the disk images begin to go; 100: never.
        public var highPercent: Int64 = 85
        /// At this many percent enough of them have gone.
        public var lowPercent: Int64 = 80
        /// How long an image stays at least after it came, and after its last use.
        public var minimumAge = Duration.seconds(120)
        /// How long an image may lie unused, however full the disk is; nil: for ever.
        public var maximumAge: Duration?

        public init() {}
    }

    private struct Sighting {
        var first: Monotonic
        var lastUse: Monotonic
    }

    let policy: Policy
    /// When each image was first seen, and last used, as far as this agent knows.
    private var sightings: [String: Sighting] = [:]

    package init(_ policy: Policy) {
        self.policy = policy
    }

    /// Takes note of what is there, and answers what may go, in that order.
    ///
    /// - Parameter used: identifiers and names of images that pods use.
    package mutating func candidates(_ images: [KeptImage], used: Set<String>, at now: Monotonic) -> [KeptImage] {
        let present = Set(images.map(\.identifier))
        sightings = sightings.filter { present.contains($0.key) }
        var unused: [(image: KeptImage, sighting: Sighting)] = []
        for image in images {
            let isUsed = used.contains(image.identifier) || image.names.contains(where: used.contains)
            var sighting = sightings[image.identifier] ?? Sighting(first: now, lastUse: now)
            if isUsed { sighting.lastUse = now } else { unused.append((image, sighting)) }
            sightings[image.identifier] = sighting
        }
        return unused.filter { now.since($0.sighting.first) >= policy.minimumAge }
            .filter { now.since($0.sighting.lastUse) >= policy.minimumAge }
            .sorted {
                ($0.sighting.lastUse.nanoseconds, $0.sighting.first.nanoseconds, $0.image.identifier)
                    < ($1.sighting.lastUse.nanoseconds, $1.sighting.first.nanoseconds, $1.image.identifier)
            }
            .map(\.image)
    }

    /// Those of them that have been unused for longer than they may.
    package func outlived(_ candidates: [KeptImage], at now: Monotonic) -> [KeptImage] {
        guard let limit = policy.maximumAge else { return [] }
        return candidates.filter { image in
            sightings[image.identifier].map { now.since($0.lastUse) > limit } ?? false
        }
    }

    /// Whether the disk is so full that images have to go.
    package func mustBegin(_ usage: DiskUsage) -> Bool {
        policy.highPercent < 100 && usage.usedPercent >= policy.highPercent
    }

    /// Whether enough have gone.
    package func mayEnd(_ usage: DiskUsage) -> Bool {
        // A low threshold above the high one would have nothing go.
        usage.usedPercent <= min(policy.lowPercent, policy.highPercent - 1)
    }
}
