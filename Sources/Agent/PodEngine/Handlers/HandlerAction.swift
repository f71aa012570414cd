import PodSpec

/// What is done to a container to ask how it is, or to tell it something.
public enum HandlerAction: Sendable, Hashable {
    case exec([String])
    case httpGet(HTTPGetAction)
    case tcpSocket(TCPSocketAction)
    case grpc(GRPCAction)
    case sleep(Duration)

    /// The action of a probe; nil where it names none, which no valid manifest does.
    public init?(_ probe: Probe) {
        if let exec = probe.exec {
            self = .exec(exec.command)
        } else if let get = probe.httpGet {
            self = .httpGet(get)
        } else if let socket = probe.tcpSocket {
            self = .tcpSocket(socket)
        } else if let call = probe.grpc {
            self = .grpc(call)
        } else {
            return nil
        }
    }

    /// The action of a hook; nil where it names none, which no valid manifest does.
    public init?(_ handler: Lifecycle.Handler) {
        if let exec = handler.exec {
            self = .exec(exec.command)
        } else if let get = handler.httpGet {
            self = .httpGet(get)
        } else if let socket = handler.tcpSocket {
            self = .tcpSocket(socket)
        } else if let sleep = handler.sleep {
            self = .sleep(.seconds(sleep.seconds))
        } else {
            return nil
        }
    }
}

/// What an action is for. The kubelet looks at the status of the answer to a probe, and at none of a hook's.
public enum HandlerPurpose: Sendable, Hashable {
    case probe
    case hook
}
