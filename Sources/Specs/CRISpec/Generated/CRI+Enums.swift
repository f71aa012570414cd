// Written by hack/cri-messages from cri-v1.schema.json: change that, not this.

extension CRI {
    public enum TransportProtocol: Int32, ProtoEnum {
        case tcp = 0
        case udp = 1
        case sctp = 2

        public static var protoName: String { "Protocol" }
        public static let names = [
            "TCP",
            "UDP",
            "SCTP",
        ]
    }

    public enum MountPropagation: Int32, ProtoEnum {
        case propagationPrivate = 0
        case propagationHostToContainer = 1
        case propagationBidirectional = 2

        public static var protoName: String { "MountPropagation" }
        public static let names = [
            "PROPAGATION_PRIVATE",
            "PROPAGATION_HOST_TO_CONTAINER",
            "PROPAGATION_BIDIRECTIONAL",
        ]
    }

    public enum NamespaceMode: Int32, ProtoEnum {
        case pod = 0
        case container = 1
        case node = 2
        case target = 3

        public static var protoName: String { "NamespaceMode" }
        public static let names = [
            "POD",
            "CONTAINER",
            "NODE",
            "TARGET",
        ]
    }

    public enum SupplementalGroupsPolicy: Int32, ProtoEnum {
        case merge = 0
        case strict = 1

        public static var protoName: String { "SupplementalGroupsPolicy" }
        public static let names = [
            "Merge",
            "Strict",
        ]
    }

    public enum SecurityProfileType: Int32, ProtoEnum {
        case runtimeDefault = 0
        case unconfined = 1
        case localhost = 2

        public static var protoName: String { "SecurityProfile.ProfileType" }
        public static let names = [
            "RuntimeDefault",
            "Unconfined",
            "Localhost",
        ]
    }

    public enum PodSandboxState: Int32, ProtoEnum {
        case sandboxReady = 0
        case sandboxNotready = 1

        public static var protoName: String { "PodSandboxState" }
        public static let names = [
            "SANDBOX_READY",
            "SANDBOX_NOTREADY",
        ]
    }

    public enum Signal: Int32, ProtoEnum {
        case signalRuntimeDefault = 0
        case signalSigabrt = 1
        case signalSigalrm = 2
        case signalSigbus = 3
        case signalSigchld = 4
        case signalSigcld = 5
        case signalSigcont = 6
        case signalSigfpe = 7
        case signalSighup = 8
        case signalSigill = 9
        case signalSigint = 10
        case signalSigio = 11
        case signalSigiot = 12
        case signalSigkill = 13
        case signalSigpipe = 14
        case signalSigpoll = 15
        case signalSigprof = 16
        case signalSigpwr = 17
        case signalSigquit = 18
        case signalSigsegv = 19
        case signalSigstkflt = 20
        case signalSigstop = 21
        case signalSigsys = 22
        case signalSigterm = 23
        case signalSigtrap = 24
        case signalSigtstp = 25
        case signalSigttin = 26
        case signalSigttou = 27
        case signalSigurg = 28
        case signalSigusr1 = 29
        case signalSigusr2 = 30
        case signalSigvtalrm = 31
        case signalSigwinch = 32
        case signalSigxcpu = 33
        case signalSigxfsz = 34
        case signalSigrtmin = 35
        case signalSigrtminplus1 = 36
        case signalSigrtminplus2 = 37
        case signalSigrtminplus3 = 38
        case signalSigrtminplus4 = 39
        case signalSigrtminplus5 = 40
        case signalSigrtminplus6 = 41
        case signalSigrtminplus7 = 42
        case signalSigrtminplus8 = 43
        case signalSigrtminplus9 = 44
        case signalSigrtminplus10 = 45
        case signalSigrtminplus11 = 46
        case signalSigrtminplus12 = 47
        case signalSigrtminplus13 = 48
        case signalSigrtminplus14 = 49
        case signalSigrtminplus15 = 50
        case signalSigrtmaxminus14 = 51
        case signalSigrtmaxminus13 = 52
        case signalSigrtmaxminus12 = 53
        case signalSigrtmaxminus11 = 54
        case signalSigrtmaxminus10 = 55
        case signalSigrtmaxminus9 = 56
        case signalSigrtmaxminus8 = 57
        case signalSigrtmaxminus7 = 58
        case signalSigrtmaxminus6 = 59
        case signalSigrtmaxminus5 = 60
        case signalSigrtmaxminus4 = 61
        case signalSigrtmaxminus3 = 62
        case signalSigrtmaxminus2 = 63
        case signalSigrtmaxminus1 = 64
        case signalSigrtmax = 65

        public static var protoName: String { "Signal" }
        public static let names = [
            "SIGNAL_RUNTIME_DEFAULT",
            "SIGNAL_SIGABRT",
            "SIGNAL_SIGALRM",
            "SIGNAL_SIGBUS",
            "SIGNAL_SIGCHLD",
            "SIGNAL_SIGCLD",
            "SIGNAL_SIGCONT",
            "SIGNAL_SIGFPE",
            "SIGNAL_SIGHUP",
            "SIGNAL_SIGILL",
            "SIGNAL_SIGINT",
            "SIGNAL_SIGIO",
            "SIGNAL_SIGIOT",
            "SIGNAL_SIGKILL",
            "SIGNAL_SIGPIPE",
            "SIGNAL_SIGPOLL",
            "SIGNAL_SIGPROF",
            "SIGNAL_SIGPWR",
            "SIGNAL_SIGQUIT",
            "SIGNAL_SIGSEGV",
            "SIGNAL_SIGSTKFLT",
            "SIGNAL_SIGSTOP",
            "SIGNAL_SIGSYS",
            "SIGNAL_SIGTERM",
            "SIGNAL_SIGTRAP",
            "SIGNAL_SIGTSTP",
            "SIGNAL_SIGTTIN",
            "SIGNAL_SIGTTOU",
            "SIGNAL_SIGURG",
            "SIGNAL_SIGUSR1",
            "SIGNAL_SIGUSR2",
            "SIGNAL_SIGVTALRM",
            "SIGNAL_SIGWINCH",
            "SIGNAL_SIGXCPU",
            "SIGNAL_SIGXFSZ",
            "SIGNAL_SIGRTMIN",
            "SIGNAL_SIGRTMINPLUS1",
            "SIGNAL_SIGRTMINPLUS2",
            "SIGNAL_SIGRTMINPLUS3",
            "SIGNAL_SIGRTMINPLUS4",
            "SIGNAL_SIGRTMINPLUS5",
            "SIGNAL_SIGRTMINPLUS6",
            "SIGNAL_SIGRTMINPLUS7",
            "SIGNAL_SIGRTMINPLUS8",
            "SIGNAL_SIGRTMINPLUS9",
            "SIGNAL_SIGRTMINPLUS10",
            "SIGNAL_SIGRTMINPLUS11",
            "SIGNAL_SIGRTMINPLUS12",
            "SIGNAL_SIGRTMINPLUS13",
            "SIGNAL_SIGRTMINPLUS14",
            "SIGNAL_SIGRTMINPLUS15",
            "SIGNAL_SIGRTMAXMINUS14",
            "SIGNAL_SIGRTMAXMINUS13",
            "SIGNAL_SIGRTMAXMINUS12",
            "SIGNAL_SIGRTMAXMINUS11",
            "SIGNAL_SIGRTMAXMINUS10",
            "SIGNAL_SIGRTMAXMINUS9",
            "SIGNAL_SIGRTMAXMINUS8",
            "SIGNAL_SIGRTMAXMINUS7",
            "SIGNAL_SIGRTMAXMINUS6",
            "SIGNAL_SIGRTMAXMINUS5",
            "SIGNAL_SIGRTMAXMINUS4",
            "SIGNAL_SIGRTMAXMINUS3",
            "SIGNAL_SIGRTMAXMINUS2",
            "SIGNAL_SIGRTMAXMINUS1",
            "SIGNAL_SIGRTMAX",
        ]
    }

    public enum ContainerState: Int32, ProtoEnum {
        case containerCreated = 0
        case containerRunning = 1
        case containerExited = 2
        case containerUnknown = 3

        public static var protoName: String { "ContainerState" }
        public static let names = [
            "CONTAINER_CREATED",
            "CONTAINER_RUNNING",
            "CONTAINER_EXITED",
            "CONTAINER_UNKNOWN",
        ]
    }

    public enum ContainerEventType: Int32, ProtoEnum {
        case containerCreatedEvent = 0
        case containerStartedEvent = 1
        case containerStoppedEvent = 2
        case containerDeletedEvent = 3

        public static var protoName: String { "ContainerEventType" }
        public static let names = [
            "CONTAINER_CREATED_EVENT",
            "CONTAINER_STARTED_EVENT",
            "CONTAINER_STOPPED_EVENT",
            "CONTAINER_DELETED_EVENT",
        ]
    }

    public enum MetricType: Int32, ProtoEnum {
        case counter = 0
        case gauge = 1

        public static var protoName: String { "MetricType" }
        public static let names = [
            "COUNTER",
            "GAUGE",
        ]
    }

    public enum CgroupDriver: Int32, ProtoEnum {
        case systemd = 0
        case cgroupfs = 1

        public static var protoName: String { "CgroupDriver" }
        public static let names = [
            "SYSTEMD",
            "CGROUPFS",
        ]
    }
}
