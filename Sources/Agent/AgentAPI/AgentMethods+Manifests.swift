extension AgentMethods {
    public static let podApply = Method<ApplyRequest, ApplyResult>(
        "pod.apply",
        "Puts objects of any served kind into the watched folder, or changes them there; all of them or none.",
        role: .admin,
        faults: [.invalid, .conflict, .failedPrecondition, .resourceExhausted]
    )
    public static let podDelete = Method<DeleteRequest, DeleteResult>(
        "pod.delete",
        "Takes objects of any served kind out of the watched folder; with `wait`, answers when nothing of them is left.",
        role: .admin,
        faults: [.notFound, .conflict, .failedPrecondition, .resourceExhausted, .timeout]
    )
    public static let manifestDiff = Method<PodDiffRequest, ManifestDiff>(
        "manifest.diff",
        "Says what manifests would do to objects of all kinds; does nothing. Values of ConfigMaps and Secrets are not told."
    )

    /// Their rows of the table.
    static let manifests: [MethodDescription] = [
        podApply.description, podDelete.description, manifestDiff.description,
    ]
}

extension AgentMethods {
    public static let imageGet = Method<ImageGetRequest, ImageDetail>(
        "image.get",
        "Tells all about one image in the store.",
        faults: [.invalid, .notFound]
    )
    public static let imageRemove = Method<ImageRemoveRequest, ImageRemoval>(
        "image.remove",
        "Removes an image's name, and of its content what nothing else needs.",
        role: .admin,
        faults: [.invalid, .notFound, .conflict]
    )
    public static let imagePrune = Method<ImagePruneRequest, ImageRemoval>(
        "image.prune",
        "Removes images that have no name and no pod uses; with `all`, every image that no pod uses.",
        role: .admin
    )
    public static let imageWatch = Method<NoParameters, SubscriptionStarted>(
        "image.watch",
        "Subscribes to the images in the store: those there are, a BOOKMARK, then every change.",
        faults: [.unsupported],
        event: WatchEvent<ImageSummary>.schema
    )
    public static let networkWatch = Method<NoParameters, SubscriptionStarted>(
        "network.watch",
        "Subscribes to the networks and the addresses on them: those there are, a BOOKMARK, then every change.",
        faults: [.unsupported],
        event: WatchEvent<NetworkSummary>.schema
    )
    public static let networkList = Method<NoParameters, NetworkList>(
        "network.list",
        "Lists the networks that are defined or up, with the addresses that pods have on them."
    )
    public static let networkGet = Method<NetworkGetRequest, NetworkSummary>(
        "network.get",
        "Tells all about one network.",
        faults: [.notFound]
    )
    public static let systemDiskUsage = Method<NoParameters, DiskUsageReport>(
        "system.df",
        "Measures what images, layers, pods, volumes and logs take up, and what of it may go."
    )

    /// Their rows of the table.
    static let inventory: [MethodDescription] = [
        imageGet.description, imageRemove.description, imagePrune.description, imageWatch.description,
        networkList.description, networkGet.description, networkWatch.description, systemDiskUsage.description,
    ]
}
