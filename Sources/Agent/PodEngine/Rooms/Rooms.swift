/// The rooms below, as the composition root hands them to the engine.
public struct Rooms: Sendable {
    public var images: any ImageProviding
    public var namespaces: any PodNamespacing
    public var networks: any PodNetworking
    public var cgroups: any PodCgrouping
    public var containers: any ContainerRunning
    public var clock: any EngineClock
    public var mounts: any PodMounting = HostMounts()
    public var handlers: any HandlerActing
    /// Nil where nobody is to remove images.
    public var imageKeeping: (any ImageKeeping)?
    /// Nil where nobody is to be evicted.
    public var measuring: (any NodeMeasuring)?
    /// Told what the engine does.
    public var observer: any EngineObserving = Unobserved()

    public init(
        images: any ImageProviding,
        namespaces: any PodNamespacing,
        networks: any PodNetworking,
        cgroups: any PodCgrouping,
        containers: any ContainerRunning,
        clock: any EngineClock = SystemClock()
    ) {
        self.images = images
        self.namespaces = namespaces
        self.networks = networks
        self.cgroups = cgroups
        self.containers = containers
        self.clock = clock
        handlers = HandlerRunner(containers: containers)
    }
}
