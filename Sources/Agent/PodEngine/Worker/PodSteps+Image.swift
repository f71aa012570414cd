import PodSpec
import Synchronization

extension PodSteps {
    /// Looks an image up or pulls it, as its policy says.
    func fetch(_ request: ImageRequest) async -> PodEvent? {
        do throws(ImageFailure) {
            if request.policy != .always, let image = try await rooms.images.image(named: request.reference) {
                FailPoint.imageReady.pass()
                return .imageReady(request, image, pulled: false)
            }
            if request.policy == .never {
                let message = "Container image \"\(request.reference)\" is not present with pull policy of Never"
                return .imageFailed(request, StepFailure(.errImageNeverPull, message))
            }
            post(.imagePulling(request))
            let image = try await rooms.images.pull(
                request.reference,
                with: pullSecrets(),
                progress: progressPoster(request)
            )
            FailPoint.imageReady.pass()
            return .imageReady(request, image, pulled: true)
        } catch {
            let reason: PodReason =
                switch error.kind {
                case .invalidName: .invalidImageName
                case .signature: .signatureValidationFailed
                default: .errImagePull
                }
            return .imageFailed(request, StepFailure(reason, error.message))
        }
    }

    /// Tells of each whole percent once, however often the room reports.
    private func progressPoster(_ request: ImageRequest) -> @Sendable (ImagePullProgress) -> Void {
        let latest = Percent()
        let post = post
        return { progress in
            guard let total = progress.totalBytes, total > 0 else { return }
            let percent = Int64(100 * Double(progress.completedBytes) / Double(total))
            if latest.value.exchange(percent, ordering: .relaxed) != percent { post(.imageProgress(request, progress)) }
        }
    }

    private final class Percent: Sendable {
        let value = Atomic<Int64>(-1)
    }
}
