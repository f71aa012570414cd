import JSONCoding

/// Where a value comes from.
public enum ConfigurationOrigin: Sendable, Hashable, CustomStringConvertible {
    case standard
    case file(String, SourcePosition)
    case environment(String)
    case flag(String)

    /// `/etc/swiftlet/config.yaml:3`, `SWIFTLET_ROOT`, `--root`, `default`.
    public var description: String {
        switch self {
        case .standard: "default"
        case .file(let path, let position): "\(path):\(position.line)"
        case .environment(let name): name
        case .flag(let name): name
        }
    }
}
