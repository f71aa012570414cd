extension AgentMethods {
    public static let podStats = Method<PodStatsRequest, PodStatsList>(
        "pod.stats",
        "Measures what pods and their containers use now.",
        faults: [.notFound]
    )
    public static let systemStats = Method<NoParameters, NodeStats>(
        "system.stats",
        "Measures what the machine uses now.",
        faults: [.unavailable]
    )
    public static let eventList = Method<EventRequest, EventList>(
        "event.list",
        "Lists the latest events of pods, containers, images, networks, manifests and the node."
    )
    public static let eventWatch = Method<EventRequest, SubscriptionStarted>(
        "event.watch",
        "Subscribes to events: those kept after `since`, a BOOKMARK, then each as it happens.",
        faults: [.unsupported],
        event: EventNotice.schema
    )

    static let observation = [
        podStats.description, systemStats.description, eventList.description, eventWatch.description,
    ]
}
