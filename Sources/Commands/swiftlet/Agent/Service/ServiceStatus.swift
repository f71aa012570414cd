import PodEngine
import Systemd

/// The sentence of `systemctl status`, kept current.
struct ServiceStatus: Sendable {
    /// How often it may change.
    private static let pace = Duration.seconds(1)

    let store: PodStore
    let link: ServiceLink

    /// Tells each change of the sentence, until the task is cancelled. Where nothing changes it does nothing.
    func run() async {
        guard ServiceManager.isListening else { return }
        let changes = store.changes()
        var told = sentence
        await link.tell(.status(told))
        for await _ in changes {
            let now = sentence
            if now != told {
                told = now
                await link.tell(.status(now))
            }
            // What changes meanwhile comes as one batch. Cancelled at the end: the stream ends then, too.
            try? await Task.sleep(for: Self.pace)
        }
    }

    /// `12 pods, 11 running, 1 problem`.
    var sentence: String {
        let pods = store.pods
        let running = pods.filter { $0.pod.status?.phase == .running }.count
        let problems = store.problems.count
        var parts = [pods.count == 1 ? "1 pod" : "\(pods.count) pods", "\(running) running"]
        if problems > 0 { parts.append(problems == 1 ? "1 problem" : "\(problems) problems") }
        return parts.joined(separator: ", ")
    }
}
