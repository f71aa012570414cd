import AgentAPI
import ImageStore
import Linux
import OCISpec
import PodEngine
import PodSpec
import Synchronization

// The engine's and the store's values in the API's words.

extension ManifestNotice {
    init(_ problem: ManifestProblem) {
        self.init(
            file: problem.file,
            line: problem.position?.line,
            column: problem.position?.column,
            path: problem.path.isEmpty ? nil : problem.path,
            message: problem.suggestion.map { "\(problem.message), did you mean \"\($0)\"?" } ?? problem.message
        )
    }
}

extension AgentAPI.PodEvent {
    init(_ occurrence: PodOccurrence) {
        self.init(
            time: occurrence.last.rfc3339Seconds,
            type: occurrence.kind == .normal ? .normal : .warning,
            reason: occurrence.reason.rawValue,
            message: occurrence.message,
            container: occurrence.container,
            count: occurrence.count > 1 ? occurrence.count : nil
        )
    }
}

extension ImageSummary {
    init(_ image: StoredImage) {
        self.init(
            reference: image.reference,
            digest: image.manifestDigest.description,
            id: image.configurationDigest.description,
            size: image.size,
            created: image.createdAt,
            platform: image.configuration.platform.description
        )
    }
}

extension Fault {
    init(image error: any Error) {
        guard let error = error as? ImageError else {
            self = error is CancellationError ? Fault(.cancelled, "cancelled") : Fault(.internalError, "\(error)")
            return
        }
        let code: Code =
            switch error.kind {
            case .invalidReference: .invalid
            case .notFound, .noMatchingPlatform: .notFound
            case .unauthorized: .forbidden
            case .unreachable, .registryFailure: .unavailable
            case .digestMismatch, .invalidImage: .failedPrecondition
            case .signatureRefused: .forbidden
            case .diskFull: .resourceExhausted
            case .storage: .internalError
            }
        let word = error.kind.rawValue
        self.init(code, error.description, reason: "Image" + word.prefix(1).uppercased() + word.dropFirst())
    }

    init(_ failure: ContainerFailure) {
        let code: Code =
            switch failure.kind {
            case .notRunning: .failedPrecondition
            case .start, .create: .invalid
            case .noSpace: .resourceExhausted
            case .other: .internalError
            }
        self.init(code, failure.message, reason: failure.kind == .start ? "CommandCannotRun" : nil)
    }
}

/// Gives the layers of a pull their places, in the order in which they are first heard of.
final class LayerOrder: Sendable {
    private let places = Mutex<[Digest: Int]>([:])

    func progress(_ layer: PullProgress) -> AgentAPI.ImagePullProgress {
        let (index, count) = places.withLock { places in
            let index = places[layer.layer, default: places.count]
            places[layer.layer] = index
            return (index, places.count)
        }
        let phase: AgentAPI.ImagePullProgress.Phase =
            switch layer.state {
            case .waiting: .waiting
            case .downloading: .downloading
            case .extracting: .unpacking
            case .done: .done
            case .exists: .present
            }
        return AgentAPI.ImagePullProgress(
            phase: phase,
            layer: layer.layer.description,
            index: index,
            count: count,
            current: layer.bytes,
            total: layer.total
        )
    }
}
