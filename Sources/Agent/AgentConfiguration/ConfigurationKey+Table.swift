import Logging

/// The table of all keys: the one place where they are written down.
extension ConfigurationKey {
    public static let manifests = ConfigurationKey(
        "manifests",
        .path,
        .text("/etc/swiftlet/manifests"),
        flag: "--manifests",
        "The watched folder of pod manifests."
    )
    public static let netconf = ConfigurationKey(
        "netconf",
        .path,
        .text("/etc/swiftlet/netconf"),
        flag: "--netconf",
        "The folder of network definitions, in netavark's JSON, and of configuration lists of CNI."
    )
    public static let cniPluginFolders = ConfigurationKey(
        "cniPluginFolders",
        .folders,
        .list(["/opt/cni/bin", "/usr/lib/cni"]),
        "Where the programs are that configuration lists of CNI (*.conflist in netconf) name; the first that has one counts."
    )
    public static let root = ConfigurationKey(
        "root",
        .mountedPath,
        .text("/var/lib/swiftlet"),
        flag: "--root",
        "What outlives a reboot: images, layers, volumes, pod records."
    )
    public static let runRoot = ConfigurationKey(
        "runRoot",
        .mountedPath,
        .text("/run/swiftlet"),
        flag: "--run-root",
        "Sockets, namespaces, bundles: what a reboot takes away."
    )
    public static let logRoot = ConfigurationKey(
        "logRoot",
        .mountedPath,
        .text("/var/log/pods"),
        flag: "--log-root",
        "Logs of the containers."
    )
    public static let helpers = ConfigurationKey(
        "helpers",
        .path,
        .absent,
        flag: "--helpers",
        "Where swiftlet-monitor and swiftlet-runtime are; beside swiftlet where nothing is set."
    )
    public static let insecureRegistries = ConfigurationKey(
        "insecureRegistries",
        .registries,
        .list([]),
        flag: "--insecure-registry",
        isReloadable: true,
        "Registries that may be asked over plain HTTP; a list that is set later replaces an earlier one."
    )
    public static let signaturePolicy = ConfigurationKey(
        "signaturePolicy",
        .path,
        .absent,
        "Which images may be pulled (containers-policy.json(5)); else /etc/containers/policy.json, if it is there."
    )
    public static let allowedUnsafeSysctls = ConfigurationKey(
        "allowedUnsafeSysctls",
        .sysctls,
        .list([]),
        "Kernel parameters beside the safe ones that pods may set in their namespaces, such as net.core.somaxconn."
    )
    public static let runtimes = ConfigurationKey(
        "runtimes",
        .runtimes,
        .table([:]),
        "OCI runtimes beside the agent's own that pods may name by runtimeClassName, such as runc: /usr/sbin/runc."
    )
    public static let podIDs = ConfigurationKey(
        "podIDs",
        .idRange,
        .absent,
        "Ids of pods with hostUsers: false, 65536 each; left out, those of kubelet in /etc/subuid, or all from 65536 on."
    )
    public static let backoffBase = ConfigurationKey(
        "backoffBase",
        .duration(.milliseconds(1) ... .seconds(3600)),
        .duration(.seconds(10)),
        flag: "--backoff-base-ms",
        "The first delay of crash-loop and pull back-off."
    )
    public static let logLevel = ConfigurationKey(
        "logLevel",
        .choice(Logger.Level.allCases.map(\.rawValue)),
        .text(Logger.Level.info.rawValue),
        flag: "--log-level",
        isReloadable: true,
        "The least severe messages that the agent logs."
    )
    public static let cgroupDriver = ConfigurationKey(
        "cgroupDriver",
        .choice(CgroupDriver.allCases.map(\.rawValue)),
        .text(CgroupDriver.auto.rawValue),
        flag: "--cgroup-driver",
        "Who makes cgroups; auto takes systemd where it is the init and all controllers are on cgroup v2."
    )
    public static let cgroupParent = ConfigurationKey(
        "cgroupParent",
        .cgroup,
        .absent,
        flag: "--cgroup-parent",
        "The cgroup under which pods have theirs; /swiftlet where nothing is set, swiftlet.slice with systemd's driver."
    )
    public static let journalContainers = ConfigurationKey(
        "journalContainers",
        .boolean,
        .boolean(false),
        isReloadable: true,
        "Whether what containers write goes to the systemd journal too."
    )
    public static let shutdownGracePeriod = ConfigurationKey(
        "shutdownGracePeriod",
        .duration(.zero ... .seconds(3600)),
        .duration(.seconds(30)),
        "How long pods may take to end when the machine goes down."
    )
    public static let shutdownGracePeriodCriticalPods = ConfigurationKey(
        "shutdownGracePeriodCriticalPods",
        .duration(.zero ... .seconds(3600)),
        .duration(.seconds(10)),
        "How much of that is kept for pods of a system-critical priority, which end last."
    )
    public static let containerLogMaxSize = ConfigurationKey(
        "containerLogMaxSize",
        .bytes(4096...(1 << 40)),
        .bytes(10 << 20),
        "How large the log of a container may become before the next file is begun."
    )
    public static let containerLogMaxFiles = ConfigurationKey(
        "containerLogMaxFiles",
        .count(1...100),
        .number(5),
        "How many files of a container's log are kept, the one that is written among them."
    )
    public static let containerLogCompress = ConfigurationKey(
        "containerLogCompress",
        .boolean,
        .boolean(true),
        "Whether the files of a container's log that are not written any more are compressed, all but the newest."
    )
    public static let containerLogFullDisk = ConfigurationKey(
        "containerLogFullDisk",
        .choice(FullDiskBehavior.allCases.map(\.rawValue)),
        .text(FullDiskBehavior.drop.rawValue),
        "What becomes of output that the disk has no room for: drop counts it in the log, block has the container wait."
    )
    public static let containerLogBlockLimit = ConfigurationKey(
        "containerLogBlockLimit",
        .duration(.seconds(1) ... .seconds(86_400)),
        .duration(.seconds(30)),
        "How long a container waits for room in its log, where containerLogFullDisk is block; then output is dropped."
    )
    public static let imageGCHighThresholdPercent = ConfigurationKey(
        "imageGCHighThresholdPercent",
        .count(1...100),
        .number(85),
        "How full the disk of images may be before images that no pod uses are removed; 100 for never."
    )
    public static let imageGCLowThresholdPercent = ConfigurationKey(
        "imageGCLowThresholdPercent",
        .count(0...100),
        .number(80),
        "How full it is to be afterwards."
    )
    public static let imageMinimumGCAge = ConfigurationKey(
        "imageMinimumGCAge",
        .duration(.zero ... .seconds(30 * 86_400)),
        .duration(.seconds(120)),
        "How long an image stays at least after it came or was last used."
    )
    public static let imageMaximumGCAge = ConfigurationKey(
        "imageMaximumGCAge",
        .duration(.zero ... .seconds(3650 * 86_400)),
        .duration(.zero),
        "How long an image may lie unused before it is removed, however full the disk is; 0s for ever."
    )
    public static let podPidsLimit = ConfigurationKey(
        "podPidsLimit",
        .count(1...4_194_304),
        .absent,
        "How many processes and threads a pod may have; no limit where nothing is set."
    )
    public static let memoryQoS = ConfigurationKey(
        "memoryQoS",
        .boolean,
        .boolean(false),
        "Whether requested memory is kept and containers are slowed down before their limit, on cgroup v2."
    )
    public static let swapBehavior = ConfigurationKey(
        "swapBehavior",
        .choice(SwapBehavior.allCases.map(\.rawValue)),
        .text(SwapBehavior.none.rawValue),
        "Whether burstable pods may swap, in proportion to their requests, on cgroup v2."
    )

    public static let evictionHard = ConfigurationKey(
        "evictionHard",
        .eviction(.thresholds),
        .table([
            "memory.available": "100Mi", "nodefs.available": "10%", "nodefs.inodesFree": "5%", "imagefs.available": "15%",
            "imagefs.inodesFree": "5%",
        ]),
        "Below how much of what the machine has pods are evicted at once; a mapping that is set replaces this one as a whole."
    )
    public static let evictionSoft = ConfigurationKey(
        "evictionSoft",
        .eviction(.thresholds),
        .table([:]),
        "Below how much pods are evicted when it has lasted for evictionSoftGracePeriod."
    )
    public static let evictionSoftGracePeriod = ConfigurationKey(
        "evictionSoftGracePeriod",
        .eviction(.gracePeriods),
        .table([:]),
        "How long each signal of evictionSoft may be below its threshold."
    )
    public static let evictionMaxPodGracePeriod = ConfigurationKey(
        "evictionMaxPodGracePeriod",
        .count(0...86_400),
        .number(0),
        "How many seconds a pod may take to end at most that is evicted for evictionSoft."
    )
    public static let evictionMinimumReclaim = ConfigurationKey(
        "evictionMinimumReclaim",
        .eviction(.reclaims),
        .table([:]),
        "How much more than the threshold there has to be again until no further pod is evicted."
    )
    public static let evictionPressureTransitionPeriod = ConfigurationKey(
        "evictionPressureTransitionPeriod",
        .duration(.zero ... .seconds(86_400)),
        .duration(.seconds(300)),
        "How long the machine counts as under pressure after a threshold was last crossed."
    )
    public static let maximumDeadContainersPerContainer = ConfigurationKey(
        "maximumDeadContainersPerContainer",
        .count(0...100),
        .number(1),
        "Of how many earlier attempts at running a container the logs are kept."
    )
    public static let maximumDeadContainers = ConfigurationKey(
        "maximumDeadContainers",
        .count(0...1_000_000),
        .absent,
        "Of how many earlier attempts the logs are kept on the whole machine; of any number where nothing is set."
    )
    public static let minimumContainerTTL = ConfigurationKey(
        "minimumContainerTTL",
        .duration(.zero ... .seconds(365 * 86_400)),
        .duration(.zero),
        "How long the logs of an attempt stay at least after its end."
    )

    /// In the order of the documentation.
    public static let all: [ConfigurationKey] = [
        manifests, netconf, cniPluginFolders, root, runRoot, logRoot, helpers, insecureRegistries, signaturePolicy, backoffBase, logLevel, cgroupDriver,
        cgroupParent, journalContainers, shutdownGracePeriod, shutdownGracePeriodCriticalPods, containerLogMaxSize,
        containerLogMaxFiles, containerLogCompress, containerLogFullDisk, containerLogBlockLimit, imageGCHighThresholdPercent, imageGCLowThresholdPercent, imageMinimumGCAge,
        imageMaximumGCAge,
        maximumDeadContainers, maximumDeadContainersPerContainer, minimumContainerTTL,
        evictionHard, evictionSoft, evictionSoftGracePeriod, evictionMaxPodGracePeriod, evictionMinimumReclaim,
        evictionPressureTransitionPeriod, podPidsLimit, memoryQoS, swapBehavior, allowedUnsafeSysctls, runtimes, podIDs,
    ] + rpc
}
