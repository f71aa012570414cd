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
        exclude: ["README.md"] + resources,
        swiftSettings: directMetadata + (["Platform", "Specs", "Containers"].contains(room) ? separateFunctions : [])
    )
}

/// A generic type's metadata by a call, not by a name that is taken apart when the type is first used: looking for the
/// conformances that such a name implies is a good part of a short life.
let directMetadata: [SwiftSetting] = [
    .unsafeFlags(["-Xfrontend", "-disable-concrete-type-metadata-mangled-name-accessors"])
]

/// A section for each function, so that the linker leaves out what nobody calls, and puts together what is called: for what the
/// static helpers are made of.
let separateFunctions: [SwiftSetting] = [.unsafeFlags(["-Xfrontend", "-function-sections"])]

/// A module map over a library that Debian packages.
func library(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/Platform/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// A helper that is one file without a dynamic linker: it starts in under a millisecond.
///
/// - Parameter order: the file with the order of its functions (`hack/link-order`), in its folder. Of the linkers only lld
///   takes one.
/// - Parameter entry: the symbol that the kernel starts it at, if not the C library's own.
func helper(_ name: String, _ dependencies: [Target.Dependency], order: String? = nil, entry: String? = nil) -> Target {
    let folder = "Sources/Commands/\(name)"
    var flags = ["-static-executable"]
    if let order {
        flags += ["-use-ld=lld", "-Xlinker", "--no-warn-symbol-ordering"]
        flags += ["-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/\(folder)/\(order)"]
    }
    if let entry { flags += ["-Xlinker", "--entry=\(entry)"] }
    return .executableTarget(
        name: name,
        dependencies: dependencies,
        path: folder,
        exclude: ["README.md"] + (order.map { [$0] } ?? []),
        swiftSettings: directMetadata + separateFunctions,
        linkerSettings: [.unsafeFlags(flags)]
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
    .target(name: "CCurl", path: "Sources/Platform/CCurl", exclude: ["README.md"]),
    library("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    library("CJansson", pkgConfig: "jansson", apt: "libjansson-dev"),
    library("CNetlink", pkgConfig: "libnl-route-3.0", apt: "libnl-route-3-dev"),
    library("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
    library("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
    library("CISAL", pkgConfig: "libisal", apt: "libisal-dev"),
    target("Platform", "Linux", ["CLinux"]),
    target("Platform", "JSONCoding", ["CJansson"]),
    target("Platform", "YAMLCoding", ["CYAML", "JSONCoding"]),
    target("Platform", "TOMLCoding", ["JSONCoding"]),
    target("Platform", "JSONRPC", ["JSONCoding"]),
    target("Platform", "Hashing", ["CCrypto"]),
    target("Platform", "HTTPClient", ["CCurl", "Linux"]),
    target("Platform", "Systemd", ["CSystemd", "Linux"]),
]

let specs: [Target] = [
    target("Specs", "OCISpec", ["JSONCoding"]),
    target("Specs", "PodSpec", ["JSONCoding", "OCISpec", "NetworkSpec"], resources: ["Schedule/README.md"]),
    target("Specs", "NetworkSpec", ["JSONCoding"]),
    target("Specs", "CRISpec", ["JSONCoding"], resources: ["cri-v1.schema.json"]),
    target("Specs", "UsageSpec"),
]

let containers: [Target] = [
    .target(name: "CSealedStart", path: "Sources/Containers/CSealedStart", exclude: ["README.md"]),
    target("Containers", "Cgroups", ["CLinux", "Linux", "OCISpec", "UsageSpec"]),
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
    target("Images", "Registry", ["Linux", "OCISpec", "JSONCoding", "TOMLCoding", "HTTPClient", "Hashing"]),
    target("Images", "Signatures", [
        "CCrypto", "Linux", "OCISpec", "JSONCoding", "YAMLCoding", "HTTPClient", "Registry",
    ]),
    target("Images", "ImageStore", [
        "CLinux", "Linux", "OCISpec", "JSONCoding", "Hashing", "HTTPClient", "Archive", "Registry", "Signatures",
    ]),
    target("Images", "Transports", [
        "Linux", "OCISpec", "JSONCoding", "Hashing", "Archive", "Registry", "Signatures", "ImageStore",
    ]),
    target("Images", "Builder", [
        "CLinux", "Linux", "OCISpec", "JSONCoding", "Hashing", "HTTPClient", "Archive", "ImageStore",
    ]),
]

let networking: [Target] = [
    target("Networking", "Netlink", ["Linux", "CNetlink", "NetworkSpec"]),
    target("Networking", "Firewall", ["Linux", "Netlink", "CNetlink", "NetworkSpec"]),
    target("Networking", "DNS", ["CLinux", "CVersion", "Linux", "NetworkSpec"]),
    target("Networking", "NetworkTool", ["CVersion", "Linux", "JSONCoding", "NetworkSpec", "Netlink", "Firewall"]),
    target("Networking", "Networks", ["CLinux", "Linux", "JSONCoding", "NetworkSpec", "Netlink", "Firewall", "DNS"]),
]

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")

let agent: [Target] = [
    target("Agent", "PodEngine", [
        "CLinux", "CVersion", "Linux", "HTTPClient", "JSONCoding", "YAMLCoding", "PodSpec", "OCISpec", log,
    ], resources: ["Workloads/README.md", "Node/README.md"]),
    target("Agent", "Usage", ["Linux", "UsageSpec"]),
    target("Agent", "Sandboxes", [
        "CLinux", "Linux", "JSONCoding", "OCISpec", "PodSpec", "CRISpec", "UsageSpec", "PodEngine", "Usage", log,
    ]),
    target("Agent", "ManifestEditing", ["Linux", "JSONCoding", "YAMLCoding", "PodSpec", "PodEngine"]),
    target("Agent", "Metrics"),
    target("Agent", "AgentEvents", ["Linux", "AgentAPI"]),
    target("Agent", "Telemetry", ["Linux", "JSONCoding", "PodSpec", "UsageSpec", "AgentAPI", "Metrics"]),
    target("Agent", "StatusPage", ["JSONCoding", "PodSpec", "UsageSpec", "AgentAPI"], resources: ["assets"]),
    target("Agent", "AgentState", ["CLinux", "Linux", "JSONCoding"]),
    target("Agent", "AgentConfiguration", ["Linux", "JSONCoding", "YAMLCoding", "PodSpec", log]),
    target(
        "Agent",
        "AgentAPI",
        ["CVersion", "JSONCoding", "JSONRPC", "PodSpec", "CRISpec", "UsageSpec"],
        resources: ["openrpc.json", "REFERENCE.md"]
    ),
    target(
        "Agent",
        "AgentServer",
        [
            "CISAL", "Linux", "JSONCoding", "JSONRPC", "PodSpec", "CRISpec", "AgentAPI", "AgentEvents", "StatusPage", log,
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOWebSocket", package: "swift-nio"),
        ],
        resources: ["Streams/README.md"]
    ),
    target(
        "Agent",
        "AgentTLS",
        [
            "Linux",
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOTLS", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ]
    ),
    target("Agent", "AgentJournal"),
    target(
        "Agent",
        "AgentClient",
        ["Linux", "JSONCoding", "JSONRPC", "PodSpec", "UsageSpec", "AgentAPI"],
        resources: ["Query/README.md"]
    ),
]

let commands: [Target] = [
    helper(
        "swiftlet-runtime",
        ["CLinux", "CVersion", "Linux", "OCISpec", "JSONCoding", "CSealedStart", "ContainerRuntime", "Cgroups"],
        order: "functions.order",
        entry: "sealed_start"
    ),
    helper("swiftlet-monitor", ["Linux", "Monitor", "ContainerRuntime"]),
    helper("swiftlet-dns", ["DNS"]),
    helper("swiftlet-network", ["NetworkTool"]),
    .executableTarget(
        name: "swiftlet",
        dependencies: [
            "CLinux", "Linux", "JSONCoding", "YAMLCoding", "Systemd", "OCISpec", "PodSpec", "NetworkSpec", "UsageSpec", "Cgroups",
            "Seccomp", "Registry", "Signatures", "ImageStore", "Transports", "Archive", "Builder", "Networks", "MonitorClient",
            "PodEngine", "Usage", "Metrics", "AgentEvents", "Telemetry", "CRISpec", "Sandboxes", "ManifestEditing", "AgentState",
            "AgentConfiguration", "AgentAPI", "AgentJournal", "AgentServer", "AgentClient", "AgentTLS", "HTTPClient",
            "JSONRPC", log,
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        path: "Sources/Commands/swiftlet",
        exclude: ["README.md", "Agent/Streams/README.md"],
        swiftSettings: directMetadata,
        // The standard library and FoundationEssentials (through ArgumentParser) are linked in, so that the binary
        // runs where no Swift toolchain is; Debian's C libraries stay shared. The archives behind FoundationEssentials
        // are named here because only `--static-swift-stdlib` would make the compiler record them.
        linkerSettings: [
            .unsafeFlags([
                "-static-stdlib", "-l_FoundationCShims", "-l_FoundationCollections", "-l_FoundationICU",
                "-lswiftSynchronization", "-lswift_RegexParser",
                // As Debian hardens its programs.
                "-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now",
                // No one loads symbols from it: what is not exported can be left out (2.4 MB).
                "-Xlinker", "--no-export-dynamic",
            ])
        ]
    ),
]

let testTargets: [Target] = [
    .target(name: "TestSupport", dependencies: ["CLinux", "Linux", "NetworkSpec"], path: "Tests/TestSupport", exclude: ["README.md"]),
    .target(
        name: "TestCertificates",
        dependencies: ["Linux", "TestSupport"],
        path: "Tests/TestCertificates",
        exclude: ["README.md"]
    ),
    .target(
        name: "TestNode",
        dependencies: ["AgentAPI", "AgentEvents", "AgentServer", "Linux", "PodSpec", "UsageSpec"],
        path: "Tests/TestNode",
        exclude: ["README.md"]
    ),
    tests("TestSupportTests", ["TestSupport", "Linux"]),
    tests("LinuxTests", ["CLinux", "Linux", "TestSupport"]),
    tests("JSONCodingTests", ["JSONCoding"]),
    tests("YAMLCodingTests", ["YAMLCoding", "JSONCoding"]),
    tests("TOMLCodingTests", ["TOMLCoding", "JSONCoding"]),
    tests("JSONRPCTests", ["JSONRPC", "JSONCoding"]),
    tests("HashingTests", ["Hashing"]),
    tests("HTTPClientTests", ["HTTPClient", "Linux", "TestSupport"]),
    tests("SystemdTests", ["CLinux", "Systemd", "Linux", "TestSupport"]),
    tests("OCISpecTests", ["OCISpec", "JSONCoding"]),
    tests("PodSpecTests", ["PodSpec", "NetworkSpec", "JSONCoding", "YAMLCoding", "Linux"]),
    tests("NetworkSpecTests", ["NetworkSpec", "JSONCoding"]),
    tests("CRISpecTests", ["CRISpec", "JSONCoding"]),
    tests("CgroupsTests", ["Cgroups", "OCISpec", "UsageSpec", "Linux", "TestSupport"]),
    tests("SeccompTests", ["Seccomp", "OCISpec", "Linux", "TestSupport"]),
    tests("ContainerRuntimeTests", ["CLinux", "Cgroups", "ContainerRuntime", "OCISpec", "JSONCoding", "Linux", "TestSupport"]),
    tests("MonitorTests", ["CLinux", "Monitor", "OCISpec", "JSONCoding", "Linux", "TestSupport"]),
    tests("MonitorClientTests", ["MonitorClient", "OCISpec", "JSONCoding", "Linux", "TestSupport"]),
    tests("ArchiveTests", ["CLinux", "Archive", "Hashing", "Linux", "TestSupport"]),
    tests("RegistryTests", ["Registry", "HTTPClient", "OCISpec", "JSONCoding", "Linux", "TestCertificates", "TestSupport"]),
    tests("SignaturesTests", [
        "Signatures", "ImageStore", "Transports", "Registry", "OCISpec", "JSONCoding", "Linux", "TestSupport",
    ]),
    tests("ImageStoreTests", ["ImageStore", "Hashing", "Registry", "Archive", "OCISpec", "JSONCoding", "Linux", "TestSupport"]),
    tests("TransportsTests", [
        "Transports", "ImageStore", "Registry", "OCISpec", "JSONCoding", "Hashing", "Linux", "TestCertificates", "TestSupport",
    ]),
    tests("BuilderTests", ["Builder", "ImageStore", "Archive", "Hashing", "OCISpec", "JSONCoding", "Linux", "CLinux", "TestSupport"]),
    tests("NetlinkTests", ["Netlink", "NetworkSpec", "Linux", "TestSupport"]),
    tests("FirewallTests", ["Firewall", "Netlink", "NetworkSpec", "JSONCoding", "Linux", "TestSupport"]),
    tests("NetworkToolTests", ["NetworkTool", "Firewall", "Netlink", "NetworkSpec", "JSONCoding", "Linux", "TestSupport"]),
    tests("DNSTests", ["DNS", "NetworkSpec", "Linux", "TestSupport"]),
    .executableTarget(name: "lease-round", dependencies: ["Networks", "NetworkSpec", "Linux"], path: "Tests/LeaseRound"),
    tests("NetworksTests", ["lease-round", "Networks", "NetworkSpec", "Netlink", "Firewall", "JSONCoding", "Linux", "TestSupport"]),
    tests("PodEngineTests", [
        "PodEngine", "PodSpec", "OCISpec", "JSONCoding", "YAMLCoding", "Linux", "TestSupport", log,
    ]),
    tests("MetricsTests", ["Metrics", "AgentEvents", "AgentAPI", "Linux"]),
    tests("StatusPageTests", ["StatusPage", "AgentAPI", "PodSpec", "UsageSpec", "JSONCoding", "TestSupport"]),
    tests("TelemetryTests", ["Telemetry", "Metrics", "AgentAPI", "UsageSpec", "PodSpec", "JSONCoding", "Linux"]),
    tests("UsageTests", ["Usage", "UsageSpec", "Linux", "TestSupport"]),
    tests("SandboxesTests", [
        "Sandboxes", "PodEngine", "PodSpec", "CRISpec", "Usage", "UsageSpec", "OCISpec", "JSONCoding", "Linux", "TestSupport", log,
    ]),
    tests("ManifestEditingTests", ["ManifestEditing", "PodSpec", "YAMLCoding", "JSONCoding", "Linux", "TestSupport"]),
    tests("AgentConfigurationTests", ["AgentConfiguration", "JSONCoding", "YAMLCoding", "Linux", "TestSupport"]),
    tests("AgentStateTests", ["AgentState", "Linux", "TestSupport"]),
    tests("AgentAPITests", ["AgentAPI", "JSONRPC", "JSONCoding", "PodSpec", "TestSupport"], exclude: ["OpenRPC"]),
    tests("AgentJournalTests", ["AgentJournal", "PodEngine", "Linux", "TestSupport"]),
    tests("AgentClientTests", ["AgentClient", "AgentAPI", "UsageSpec", "PodSpec", "JSONCoding", "Linux"]),
    tests("AgentServerTests", [
        "AgentServer", "AgentClient", "AgentTLS", "AgentAPI", "AgentEvents", "JSONRPC", "JSONCoding", "PodSpec", "UsageSpec", "Linux",
        "TestCertificates", "TestNode", "TestSupport", log,
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
    ]),
    tests("EndToEndTests", ["JSONCoding", "Linux", "TestCertificates", "TestSupport", "YAMLCoding"], exclude: ["Fixtures", "README.md"]),
]

/// What `hack/fuzz` builds, instrumented and in a folder of its own: without libFuzzer's run time it has no driver.
let fuzzers: [Target] = [
    .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(
        name: "RPCFuzz",
        dependencies: ["AgentServer", "CFuzzer", "JSONCoding", "Linux", "TestNode", log],
        path: "Tests/Fuzz/RPCFuzz",
        exclude: ["Corpus", "rpc.dict"]
    ),
    .executableTarget(
        name: "DNSFuzz",
        dependencies: ["CFuzzer", "DNS", "NetworkSpec"],
        path: "Tests/Fuzz/DNSFuzz",
        exclude: ["Corpus", "dns.dict"]
    ),
    .executableTarget(
        name: "RuntimeFuzz",
        dependencies: ["CFuzzer", "ContainerRuntime", "JSONCoding", "OCISpec"],
        path: "Tests/Fuzz/RuntimeFuzz",
        exclude: ["Corpus", "runtime.dict"]
    ),
    .executableTarget(
        name: "TarFuzz",
        dependencies: ["Archive", "CFuzzer", "Linux"],
        path: "Tests/Fuzz/TarFuzz",
        exclude: ["Corpus", "tar.dict"]
    ),
    .executableTarget(
        name: "ManifestFuzz",
        dependencies: ["CFuzzer", "JSONCoding", "OCISpec", "Registry", "Signatures"],
        path: "Tests/Fuzz/ManifestFuzz",
        exclude: ["Corpus", "manifest.dict"]
    ),
    .executableTarget(
        name: "ReferenceFuzz",
        dependencies: ["CFuzzer", "OCISpec", "Signatures", "Transports"],
        path: "Tests/Fuzz/ReferenceFuzz",
        exclude: ["Corpus", "reference.dict"]
    ),
    .executableTarget(
        name: "BuildFuzz",
        dependencies: ["Builder", "CFuzzer"],
        path: "Tests/Fuzz/BuildFuzz",
        exclude: ["Corpus", "build.dict"]
    ),
]

let package = Package(
    name: "swiftlet",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        // Plainly, without a trait: with one, half of the builds would have no TCP, and nobody would test that half. What
        // needs BoringSSL is one target, which only the agent, its command line and their tests link.
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    ],
    targets: platform + specs + containers + images + networking + agent + commands + testTargets
        + (Context.environment["SWIFTLET_FUZZ"] == nil ? [] : fuzzers)
)
