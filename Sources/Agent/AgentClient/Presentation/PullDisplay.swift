import AgentAPI
import Linux

/// What a pull shows while it goes on: a bar a layer that is drawn over and over on a terminal, or lines elsewhere.
public struct PullDisplay: Sendable {
    public enum Style: Sendable, Hashable {
        case terminal(columns: Int)
        case plain
    }

    private let style: Style
    private var layers: [ImagePullProgress] = []
    private var drawnLines = 0
    /// When something was last written for a layer, and in which phase.
    private var told: [String: (phase: ImagePullProgress.Phase, at: Monotonic)] = [:]

    public init(style: Style) {
        self.style = style
    }

    /// Takes one report and gives back what to write.
    public mutating func update(_ progress: ImagePullProgress, now: Monotonic) -> String {
        guard let layer = progress.layer else { return "" }
        if let index = layers.firstIndex(where: { $0.layer == layer }) {
            layers[index] = progress
        } else {
            layers.append(progress)
            layers.sort { ($0.index ?? 0, $0.layer ?? "") < ($1.index ?? 0, $1.layer ?? "") }
        }
        switch style {
        case .plain: return plainLine(progress, layer, now)
        case .terminal(let columns): return drawing(columns)
        }
    }

    /// A line when a layer changes its phase, and every second while it is loaded.
    private mutating func plainLine(_ progress: ImagePullProgress, _ layer: String, _ now: Monotonic) -> String {
        if let last = told[layer], last.phase == progress.phase, now.since(last.at) < .seconds(1) { return "" }
        guard progress.phase != .waiting else { return "" }
        told[layer] = (progress.phase, now)
        return "\(ImageTable.short(layer)): \(PullDisplay.state(of: progress))\n"
    }

    private mutating func drawing(_ columns: Int) -> String {
        // Up to the first line of the last drawing, then each line anew and cleared behind.
        var text = drawnLines > 0 ? "\u{1B}[\(drawnLines)A" : ""
        for layer in layers { text += "\r\(line(layer, columns))\u{1B}[K\n" }
        drawnLines = layers.count
        return text
    }

    private func line(_ progress: ImagePullProgress, _ columns: Int) -> String {
        let state = PullDisplay.state(of: progress)
        let name = "\(ImageTable.short(progress.layer ?? "")) "
        var bar = ""
        let width = min(30, columns - name.count - state.count - 4)
        if progress.phase == .downloading, let current = progress.current, let total = progress.total, total > 0,
            width >= 8
        {
            let filled = Int(Int64(width) * min(current, total) / total)
            bar = "[\(String(repeating: "█", count: filled))\(String(repeating: "░", count: width - filled))] "
        }
        return String((name + bar + state).prefix(max(columns - 1, 20)))
    }

    /// `downloading 1.2 MB / 3.4 MB`, `unpacking`, `done`.
    static func state(of progress: ImagePullProgress) -> String {
        switch progress.phase {
        case .present: return "already present"
        case .downloading:
            guard let current = progress.current else { return "downloading" }
            let total = progress.total.map { " / " + HumanBytes.text($0) } ?? ""
            return "downloading \(HumanBytes.text(current))\(total)"
        default: return progress.phase.rawValue
        }
    }
}
