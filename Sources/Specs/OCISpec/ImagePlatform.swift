/// The platform that an image is made for, in Go's names for operating systems and architectures.
public struct Platform: Sendable, Hashable, Codable {
    public var architecture: String
    public var os: String
    public var osVersion: String?
    public var osFeatures: [String]?
    public var variant: String?

    enum CodingKeys: String, CodingKey {
        case architecture
        case os
        case osVersion = "os.version"
        case osFeatures = "os.features"
        case variant
    }

    public init(os: String = "linux", architecture: String, variant: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
    }

    /// The platform that this program was compiled for.
    public static var host: Platform {
        #if arch(x86_64)
            Platform(architecture: "amd64")
        #elseif arch(arm64)
            Platform(architecture: "arm64")
        #elseif arch(arm)
            Platform(architecture: "arm", variant: "v7")
        #elseif arch(i386)
            Platform(architecture: "386")
        #elseif arch(riscv64)
            Platform(architecture: "riscv64")
        #elseif arch(powerpc64le)
            Platform(architecture: "ppc64le")
        #elseif arch(s390x)
            Platform(architecture: "s390x")
        #else
            #error("name this architecture as Go does")
        #endif
    }

    /// The same platform with the usual aliases resolved (`x86_64`, `aarch64`, `armhf`) and the variant spelled out
    /// where an architecture has a default one.
    public var normalized: Platform {
        var platform = self
        platform.os = os.lowercased()
        let name = architecture.lowercased()
        let variant = (self.variant ?? "").lowercased()
        switch name {
        case "x86_64", "x86-64", "amd64":
            platform.architecture = "amd64"
            platform.variant = variant.isEmpty ? "v1" : variant
        case "aarch64", "arm64":
            platform.architecture = "arm64"
            platform.variant = variant.isEmpty || variant == "8" ? "v8" : variant
        case "armhf":
            platform.architecture = "arm"
            platform.variant = "v7"
        case "armel":
            platform.architecture = "arm"
            platform.variant = "v6"
        case "arm":
            platform.architecture = "arm"
            platform.variant = variant.isEmpty ? "v7" : variant.hasPrefix("v") ? variant : "v\(variant)"
        case "i386", "i486", "i586", "i686", "386":
            platform.architecture = "386"
            platform.variant = nil
        default:
            platform.architecture = name
            platform.variant = variant.isEmpty ? nil : variant
        }
        return platform
    }

    /// How well programs for `other` run on a machine of this platform: nil when they do not, 0 when it is this very
    /// platform, and more the older the variant that the other one was made for.
    public func distance(to other: Platform) -> Int? {
        let mine = normalized
        let theirs = other.normalized
        guard mine.os == theirs.os, mine.architecture == theirs.architecture else { return nil }
        if mine.variant == theirs.variant { return 0 }
        guard let own = mine.variant.flatMap(Self.generation), let wanted = theirs.variant.flatMap(Self.generation),
            wanted <= own
        else { return nil }
        return own - wanted
    }

    /// The place of a variant such as `v7` or `v8.2` among those of its architecture; each runs the earlier ones.
    private static func generation(_ variant: String) -> Int? {
        guard variant.hasPrefix("v") else { return nil }
        let parts = variant.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let major = parts.first.flatMap({ Int($0) }) else { return nil }
        guard parts.count == 2 else { return major * 100 }
        guard let minor = Int(parts[1]), (0..<100).contains(minor) else { return nil }
        return major * 100 + minor
    }
}

extension Platform: CustomStringConvertible {
    public var description: String {
        ([os, architecture] + (variant.map { [$0] } ?? [])).joined(separator: "/")
    }
}
