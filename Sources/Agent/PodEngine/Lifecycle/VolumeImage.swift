import Linux

/// Where an image stands that is a volume of the pod. It is fetched as those of containers are, when one of those that mount it
/// is to start. Changed by `PodLifecycle` only.
public struct VolumeImage: Sendable, Hashable {
    /// The volume's name.
    public let volume: String
    public let request: ImageRequest
    public internal(set) var image = ContainerLifecycle.Image.needed
    var pulls: Backoff

    init(volume: String, request: ImageRequest, policy: Backoff.Policy) {
        self.volume = volume
        self.request = request
        pulls = Backoff(policy)
    }

    /// What there is to be mounted.
    public var present: PodImage? {
        if case .present(let image) = image { return image }
        return nil
    }

    var failure: StepFailure? {
        if case .failed(let failure, _) = image { return failure }
        return nil
    }

    func isDue(at now: Monotonic) -> Bool {
        switch image {
        case .needed: true
        case .failed(_, let retryAt): now >= retryAt
        case .fetching, .present: false
        }
    }
}

extension PodLifecycle {
    /// The images that a container mounts.
    func volumeImages(of container: ContainerShape) -> [VolumeImage] {
        volumeImages.filter { container.imageVolumes.contains($0.volume) }
    }

    /// Those that a container waits for.
    mutating func stepsToFetchVolumes(at now: Moment) -> [PodStep] {
        var steps: [PodStep] = []
        for index in volumeImages.indices where volumeImages[index].isDue(at: now.uptime) {
            let volume = volumeImages[index].volume
            guard containers.contains(where: { $0.stage == .idle && $0.shape.imageVolumes.contains(volume) }) else { continue }
            volumeImages[index].image = .fetching
            steps.append(.fetchImage(volumeImages[index].request))
        }
        return steps
    }

    /// Takes note of what came of fetching an image, for the volumes that wait for it.
    mutating func noteImage(_ request: ImageRequest, _ image: PodImage) {
        for index in volumeImages.indices where isWaiting(volumeImages[index], for: request) {
            volumeImages[index].image = .present(image)
            volumeImages[index].pulls.reset()
        }
    }

    mutating func noteImageFailure(_ request: ImageRequest, _ failure: StepFailure, at now: Moment) {
        for index in volumeImages.indices where isWaiting(volumeImages[index], for: request) {
            let retryAt = volumeImages[index].pulls.next(after: now.uptime)
            volumeImages[index].image = .failed(failure, retryAt: retryAt)
        }
    }

    private func isWaiting(_ volume: VolumeImage, for request: ImageRequest) -> Bool {
        volume.request == request && volume.image == .fetching
    }

    /// When the next is to be fetched again.
    var volumeImageDeadlines: [Monotonic] {
        volumeImages.compactMap { volume in
            if case .failed(_, let retryAt) = volume.image { return retryAt }
            return nil
        }
    }
}

extension PodShape {
    /// None of them is looked for yet.
    func unfetchedVolumeImages(_ policy: Backoff.Policy) -> [VolumeImage] {
        volumeImages.sorted { $0.key < $1.key }.map { VolumeImage(volume: $0.key, request: $0.value, policy: policy) }
    }
}
