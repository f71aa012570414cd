// swift-tools-version: 6.2
import PackageDescription

// The rooms of the house and the arrows between them. `hack/check-layers` compares the `import` lines of the
// sources with this map.

/// A target in a room: `Sources/<room>/<name>`.
func target(_ room: String, _ name: String, _ dependencies: [Target.Dependency] = [], resources: [String] = [])
    -> Target
{
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/\(room)/\(name)",
        exclude: ["README.md"] + resources
    )
}

/// A module map over a library that Debian packages.
func library(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/Platform/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// A helper that is one file without a dynamic linker: it starts in under a millisecond.
func helper(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies,
        path: "Sources/Commands/\(name)",
        exclude: ["README.md"],
        linkerSettings: [.unsafeFlags(["-static-executable"])]
    )
}

/// Tests: `Tests/<name>`.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude)
}

let platform: [Target] = [
    .target(name: "CLinux", path: "Sources/Platform/CLinux", exclude: ["README.md"]),
    .target(name: "CVersion", path: "Sources/Platform/CVersion", exclude: ["README.md"]),
    library("CSystemd", pkgConfig: "libsystemd", apt: "libsystemd-dev"),
    library("CSeccomp", pkgConfig: "libseccomp", apt: "libseccomp-dev"),
    library("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    library("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    library("CJansson", pkgConfig: "jansson", apt: "libjansson-dev"),
    library("CNetlink", pkgConfig: "libnl-route-3.0", apt: "libnl-route-3-dev"),
    library("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
    library("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
    library("CISAL", pkgConfig: "libisal", apt: "libisal-dev"),
    target("Platform", "Linux", ["CLinux"]),
    target("Platform", "JSONCoding", ["CJansson"]),
    target("Platform", "YAMLCoding", ["CYAML", "JSONCoding"]),
    target("Platform", "JSONRPC", ["JSONCoding"]),
    target("Platform", "Hashing", ["CCrypto"]),
    target("Platform", "HTTPClient", ["CCurl", "Linux"]),
    target("Platform", "Systemd", ["CSystemd", "Linux"]),
]

let specs: [Target] = [
    target("Specs", "OCISpec", ["JSONCoding"]),
    target("Specs", "PodSpec", ["JSONCoding", "OCISpec", "NetworkSpec"], resources: ["Schedule/README.md"]),
    target("Specs", "NetworkSpec", ["JSONCoding"]),
]

let containers: [Target] = [
    target("Containers", "Cgroups", ["CLinux", "Linux", "OCISpec"]),
    target("Containers", "Seccomp", ["CLinux", "Linux", "OCISpec", "CSeccomp"]),
    target("Containers", "ContainerRuntime", ["CLinux", "Linux", "OCISpec", "JSONCoding", "Cgroups", "Seccomp"]),
    target("Containers", "MonitorClient", ["CLinux", "Linux", "OCISpec", "JSONCoding"]),
    target(
        "Containers",
        "Monitor",
        ["CLinux", "CVersion", "Linux", "OCISpec", "JSONCoding", "Cgroups", "ContainerRuntime"]
    ),
]

let images: [Target] = [
    target("Images", "Archive", ["CLinux", "Linux", "CZstd", "CISAL", "Hashing"]),
    target("Images", "Registry", ["Linux", "OCISpec", "JSONCoding", "HTTPClient", "Hashing"]),
    target("Images", "ImageStore", [
        "CLinux", "Linux", "OCISpec", "JSONCoding", "Hashing", "HTTPClient", "Archive", "Registry",
    ]),
]

let networking: [Target] = [
    target("Networking", "Netlink", ["Linux", "CNetlink", "NetworkSpec"]),
    target("Networking", "Firewall", ["Linux", "Netlink", "CNetlink", "NetworkSpec"]),
    target("Networking", "Networks", ["Linux", "JSONCoding", "NetworkSpec", "Netlink", "Firewall"]),
]

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")

let agent: [Target] = [
    target("Agent", "PodEngine", [
        "CLinux", "CVersion", "Linux", "HTTPClient", "JSONCoding", "YAMLCoding", "PodSpec", "OCISpec", log,
    ], resources: ["Workloads/README.md"]),
    target("Agent", "AgentState", ["CLinux", "Linux", "JSONCoding"]),
    target("Agent", "AgentConfiguration", ["Linux", "JSONCoding", "YAMLCoding", "PodSpec", log]),
    target("Agent", "AgentAPI", ["CVersion", "JSONCoding", "JSONRPC", "PodSpec"], resources: ["openrpc.json"]),
    target(
        "Agent",
        "AgentServer",
        [
            "Linux", "JSONCoding", "JSONRPC", "PodSpec", "AgentAPI", log,
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
        ]
    ),
    target("Agent", "AgentJournal"),
    target("Agent", "AgentClient", ["Linux", "JSONCoding", "JSONRPC", "PodSpec", "AgentAPI"]),
]

let commands: [Target] = [
    helper("swiftlet-runtime", ["CLinux", "CVersion", "Linux", "OCISpec", "JSONCoding", "ContainerRuntime", "Cgroups"]),
    helper("swiftlet-monitor", ["Linux", "Monitor", "ContainerRuntime"]),
    .executableTarget(
        name: "swiftlet",
        dependencies: [
            "CLinux", "Linux", "JSONCoding", "YAMLCoding", "Systemd", "OCISpec", "PodSpec", "NetworkSpec", "Cgroups",
            "Seccomp", "Registry", "ImageStore", "Archive", "Networks", "MonitorClient",
            "PodEngine", "AgentState", "AgentConfiguration", "AgentAPI", "AgentJournal", "AgentServer", "AgentClient", "HTTPClient",
            "JSONRPC", log,
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        path: "Sources/Commands/swiftlet",
        exclude: ["README.md"],
        // The standard library and FoundationEssentials (through ArgumentParser) are linked in, so that the binary
        // runs where no Swift toolchain is; Debian's C libraries stay shared. The archives behind FoundationEssentials
        // are named here because only `--static-swift-stdlib` would make the compiler record them.
        linkerSettings: [
            .unsafeFlags([
                "-static-stdlib", "-l_FoundationCShims", "-l_FoundationCollections", "-l_FoundationICU",
                "-lswiftSynchronization", "-lswift_RegexParser",
                // As Debian hardens its programs.
                "-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now",
            ])
        ]
    ),
]

let testTargets: [Target] = [
    .target(name: "TestSupport", dependencies: ["CLinux", "Linux"], path: "Tests/TestSupport", exclude: ["README.md"]),
    tests("TestSupportTests", ["TestSupport", "Linux"]),
    tests("LinuxTests", ["CLinux", "Linux"]),
    tests("JSONCodingTests", ["JSONCoding"]),
    tests("YAMLCodingTests", ["YAMLCoding", "JSONCoding"]),
    tests("JSONRPCTests", ["JSONRPC", "JSONCoding"]),
    tests("HashingTests", ["Hashing"]),
    tests("HTTPClientTests", ["HTTPClient", "Linux", "TestSupport"]),
    tests("SystemdTests", ["CLinux", "Systemd", "Linux", "TestSupport"]),
    tests("OCISpecTests", ["OCISpec", "JSONCoding"]),
    tests("PodSpecTests", ["PodSpec", "JSONCoding", "YAMLCoding", "Linux"]),
    tests("NetworkSpecTests", ["NetworkSpec", "JSONCoding"]),
    tests("CgroupsTests", ["Cgroups", "OCISpec", "Linux", "TestSupport"]),
    tests("SeccompTests", ["Seccomp", "OCISpec", "Linux", "TestSupport"]),
    tests("ContainerRuntimeTests", ["Cgroups", "ContainerRuntime", "OCISpec", "JSONCoding", "Linux", "TestSupport"]),
    tests("MonitorTests", ["CLinux", "Monitor", "OCISpec", "JSONCoding", "Linux", "TestSupport"]),
    tests("MonitorClientTests", ["MonitorClient", "OCISpec", "JSONCoding", "Linux", "TestSupport"]),
    tests("ArchiveTests", ["CLinux", "Archive", "Hashing", "Linux", "TestSupport"]),
    tests("RegistryTests", ["Registry", "HTTPClient", "OCISpec", "JSONCoding", "Linux", "TestSupport"]),
    tests("ImageStoreTests", ["ImageStore", "Hashing", "Registry", "Archive", "OCISpec", "JSONCoding", "Linux", "TestSupport"]),
    tests("NetlinkTests", ["Netlink", "NetworkSpec", "Linux", "TestSupport"]),
    tests("FirewallTests", ["Firewall", "Netlink", "NetworkSpec", "JSONCoding", "Linux", "TestSupport"]),
    tests("NetworksTests", ["Networks", "NetworkSpec", "Netlink", "Firewall", "JSONCoding", "Linux", "TestSupport"]),
    tests("PodEngineTests", [
        "PodEngine", "PodSpec", "OCISpec", "JSONCoding", "YAMLCoding", "Linux", "TestSupport", log,
    ]),
    tests("AgentConfigurationTests", ["AgentConfiguration", "JSONCoding", "YAMLCoding", "Linux", "TestSupport"]),
    tests("AgentStateTests", ["AgentState", "Linux", "TestSupport"]),
    tests("AgentAPITests", ["AgentAPI", "JSONRPC", "JSONCoding", "PodSpec"]),
    tests("AgentJournalTests", ["AgentJournal", "PodEngine", "Linux", "TestSupport"]),
    tests("AgentClientTests", ["AgentClient", "AgentAPI", "PodSpec", "JSONCoding", "Linux"]),
    tests("AgentServerTests", [
        "AgentServer", "AgentClient", "AgentAPI", "JSONRPC", "JSONCoding", "PodSpec", "Linux", "TestSupport", log,
    ]),
    tests("EndToEndTests", ["JSONCoding", "Linux", "TestSupport", "YAMLCoding"], exclude: ["Fixtures", "README.md"]),
]

let package = Package(
    name: "swiftlet",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    ],
    targets: platform + specs + containers + images + networking + agent + commands + testTargets
)
