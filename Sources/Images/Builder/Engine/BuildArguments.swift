import OCISpec

/// Arguments that every build has.
enum BuildArguments {
    /// Those that need no ARG, and do not count for the cache.
    static let predefined: Set<String> = [
        "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy",
        "ALL_PROXY",
        "all_proxy", "SOURCE_DATE_EPOCH",
    ]

    /// What is built for and what is built on.
    static func platforms(_ target: Platform) -> [String: String] {
        var values: [String: String] = [:]
        for (prefix, platform) in [("TARGET", target), ("BUILD", Platform.host)] {
            values["\(prefix)PLATFORM"] = platform.description
            values["\(prefix)OS"] = platform.os
            values["\(prefix)ARCH"] = platform.architecture
            values["\(prefix)VARIANT"] = platform.variant ?? ""
        }
        return values
    }
}

/// Platforms as people write them.
public enum PlatformText {
    /// `linux/arm64/v8`, `linux/arm64`, `arm64`.
    public static func platform(_ text: String) throws -> Platform {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(parts.count), !parts.contains("") else {
            throw BuildError(.invalid, "\"\(text)\" is no platform: OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT")
        }
        let named =
            parts.count == 1
            ? Platform(architecture: parts[0])
            : Platform(os: parts[0], architecture: parts[1], variant: parts.count > 2 ? parts[2] : nil)
        guard named.os.lowercased() == "linux" else {
            throw BuildError(.invalid, "\"\(text)\": only images for Linux are built")
        }
        let whole = named.normalized
        // Where the variant is the usual one, images do not name it.
        let isUsual =
            whole.architecture == "amd64" && whole.variant == "v1"
            || whole.architecture == "arm64" && whole.variant == "v8"
        return Platform(os: whole.os, architecture: whole.architecture, variant: isUsual ? nil : whole.variant)
    }
}
